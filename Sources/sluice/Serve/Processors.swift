// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How many processors this process may use, which is how many lanes it gets by default.
enum Processors {
    /// The smaller of the affinity mask and the control group's quota, rounded up; at least 1.
    static var available: Int {
        let allowed = affinity ?? ProcessInfo.processInfo.activeProcessorCount
        guard let quota = controlGroupQuota(read: contents) else { return max(1, allowed) }
        return max(1, min(allowed, quota))
    }

    /// The processors the affinity mask allows; nil where the system does not say.
    private static var affinity: Int? {
        contents("/proc/self/status").flatMap(allowed)
    }

    /// Counts the bits of `Cpus_allowed`, a hexadecimal mask with commas in it.
    static func allowed(inStatus status: String) -> Int? {
        let label = "Cpus_allowed:"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(label) }) else { return nil }
        let bits = line.dropFirst(label.count).compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount }
        return bits > 0 ? bits : nil
    }

    /// The quota of control groups, version 2 (`cpu.max`) or 1; nil when there is none.
    static func controlGroupQuota(read: (String) -> String?) -> Int? {
        if let line = read("/sys/fs/cgroup/cpu.max") {
            let parts = line.split(whereSeparator: \.isWhitespace)
            guard parts.count == 2, let quota = Int(parts[0]), let period = Int(parts[1]) else { return nil }
            return processors(quota, period)
        }
        guard let quota = number(read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us")),
            let period = number(read("/sys/fs/cgroup/cpu/cpu.cfs_period_us"))
        else { return nil }
        return processors(quota, period)
    }

    private static func processors(_ quota: Int, _ period: Int) -> Int? {
        quota > 0 && period > 0 ? max(1, (quota + period - 1) / period) : nil
    }

    private static func number(_ text: String?) -> Int? {
        text.flatMap { Int($0.filter { !$0.isWhitespace }) }
    }

    private static func contents(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
