// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Logging
import Synchronization

@testable import GatewayStores

extension SQLiteStore {
    /// A store with small segments and a short interval, so that tests see segments come and go.
    static func small(
        _ path: String, limit: Int = 64 << 20, interval: Duration = .milliseconds(5),
        onKeysChanged: @escaping @Sendable () -> Void = {}
    ) throws -> SQLiteStore {
        try SQLiteStore(
            path: path, lanes: 1, logger: .silent,
            sizes: JournalSizes(segment: 32 << 10, limit: limit, interval: interval), onKeysChanged: onKeysChanged)
    }

    /// A store that does nothing by itself between start and `drain`.
    static func sleepy(_ path: String) throws -> SQLiteStore {
        try small(path, interval: .seconds(3600))
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    /// A logger that keeps what it is told in `messages`.
    static func keeping(_ messages: Messages) -> Logger { Logger(label: "test") { _ in messages.handler } }
}

/// What was logged, message by message.
final class Messages: Sendable {
    private let texts = Mutex<[String]>([])

    var all: [String] { texts.withLock { $0 } }

    fileprivate var handler: Handler { Handler(messages: self) }

    fileprivate struct Handler: LogHandler {
        let messages: Messages
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            messages.texts.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }
}

/// Waits until `condition` holds, or for half a minute.
func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
    let deadline = ContinuousClock.now.advanced(by: .seconds(120))
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return false
}
