// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
package import Logging

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ordinary diagnostics as lines of the same log, in the same shape.
///
/// A field whose name is that of a credential is shown as `[redacted]`, whatever it holds: libraries log what they are
/// given.
package struct JSONLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let queue: LogQueue

    package init(label: String, sink: LogSink, level: Logger.Level = .info) {
        self.label = label
        queue = sink.diagnostics
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = LogLine()
        line.begin(at: .now, level: event.level.name)
        line.add("msg", event.message.description, limit: 1024)
        line.add("logger", label, limit: 64)
        if let error = event.error { line.add("error", "\(error)", limit: 256) }
        var isWhole = true
        for (name, value) in fields(event).sorted(by: { $0.key < $1.key }) where isWhole {
            let text = JSONLogHandler.isCredential(name) ? "[redacted]" : JSONLogHandler.text(value)
            isWhole = line.add(name: name, text, limit: 256)
        }
        if !isWhole { line.add("truncated", true) }
        line.end()
        queue.append(line.bytes)
    }

    private func fields(_ event: LogEvent) -> Logger.Metadata {
        var fields = metadata
        if let metadataProvider { fields.merge(metadataProvider.get()) { $1 } }
        if let own = event.metadata { fields.merge(own) { $1 } }
        return fields
    }

    private static func text(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .dictionary(let fields):
            let pairs = fields.sorted { $0.key < $1.key }
            return
                "{\(pairs.map { "\($0.key): \(isCredential($0.key) ? "[redacted]" : text($0.value))" }.joined(separator: ", "))}"
        case .array(let values): return "[\(values.map(text).joined(separator: ", "))]"
        default: return value.description
        }
    }

    private static func isCredential(_ name: String) -> Bool {
        let name = name.lowercased()
        return credentialNames.contains { name == $0 || name.hasSuffix("-\($0)") || name.hasSuffix("_\($0)") }
    }

    private static let credentialNames = [
        "authorization", "cookie", "key", "apikey", "password", "secret", "token", "credential", "credentials",
    ]
}

extension Logger.Level {
    fileprivate var name: StaticString {
        switch self {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        case .critical: "critical"
        }
    }
}

extension Timestamp {
    fileprivate static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
