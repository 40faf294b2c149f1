// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The environment variables that replace values of the file: `SLUICE_SERVER__DATA__ADDRESS` for
/// `server.data.address`. Only names with `__` count, so that `SLUICE_ADMIN_KEY` stays free for `${SLUICE_ADMIN_KEY}`.
struct Overrides {
    private let values: [String: String]
    /// What could have been replaced: the prefixes of groups, each with one of its fields.
    private var known: [(prefix: String, field: String)] = []
    private var uses: [String: Int] = [:]

    init(environment: [String: String]) {
        values = environment.filter { $0.key.hasPrefix("SLUICE_") && $0.key.dropFirst(7).contains("__") }
    }

    /// Whether there are none, so that nobody needs to ask.
    var isEmpty: Bool { values.isEmpty }

    /// The value that replaces `field` of the group with `prefix`, and the variable that holds it.
    mutating func take(_ field: String, below prefix: String) -> (variable: String, value: String)? {
        known.append((prefix, field))
        let variable = prefix + Self.step(field)
        guard let value = values[variable] else { return nil }
        uses[variable, default: 0] += 1
        return (variable, value)
    }

    /// The variable that would replace `field`, which nothing may replace, if it is set.
    mutating func vainVariable(for field: String, below prefix: String) -> String? {
        let variable = prefix + Self.step(field)
        guard values[variable] != nil else { return nil }
        uses[variable] = 1
        return variable
    }

    /// Whether some variable is for a value below `prefix`, so that the group is read even if the file leaves it out.
    func reach(below prefix: String) -> Bool {
        values.keys.contains { $0.hasPrefix(prefix) }
    }

    /// The last steps of the variables below `prefix`: the names under a group whose fields are free, such as `headers`.
    func steps(below prefix: String) -> [String] {
        values.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }.sorted()
    }

    /// Variables that no value asked for, or that more than one did.
    func problems() -> [ConfigurationProblem] {
        values.keys.sorted().compactMap { variable in
            switch uses[variable, default: 0] {
            case 0: unknown(variable)
            case 1: nil
            default:
                ConfigurationProblem(
                    file: "environment variable \(variable)", what: "it replaces more than one value",
                    why: "two entries have names that read the same in upper case with `_`",
                    fix: "rename one of them, or write the value in the file")
            }
        }
    }

    private func unknown(_ variable: String) -> ConfigurationProblem {
        let nearest = NearestName.find(variable, among: known.lazy.map { $0.prefix + Self.step($0.field) })
        return ConfigurationProblem(
            file: "environment variable \(variable)", what: "it replaces no value",
            why: "no field of the configuration has that path",
            fix: nearest.map { "did you mean `\($0)`?" }
                ?? "write SLUICE_, then the path in upper case with `__` between its steps, or unset it")
    }

    /// What the variables of a group's fields start with: `server`, `data` → `SLUICE_SERVER__DATA__`.
    static func prefix(_ steps: [String]) -> String {
        steps.reduce(into: "SLUICE_") { $0 += step($1) + "__" }
    }

    /// Upper case, with each run of other characters as one `_`.
    static func step(_ name: String) -> String {
        var result: [UInt8] = []
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): result.append(byte - 0x20)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): result.append(byte)
            default: if result.last != UInt8(ascii: "_") { result.append(UInt8(ascii: "_")) }
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
