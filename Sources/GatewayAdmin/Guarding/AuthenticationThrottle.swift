// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// Counts failed authentications per address, so that a key cannot be guessed at speed. A bounded table: with all places
/// taken, the record nearest its end makes room.
package struct AuthenticationThrottle: Sendable {
    /// Failures an address may make within one window.
    package static let allowance = 10
    private static let window: Int64 = 60_000_000
    package static let capacity = 1024

    private struct Record {
        var failures: Int
        var end: Timestamp
    }

    private var records: [String: Record] = [:]

    package init() {}

    /// Seconds until `address` may try again; nil when it may now.
    package func wait(for address: String, at now: Timestamp) -> Int? {
        guard let record = records[address], record.failures >= Self.allowance, now < record.end else { return nil }
        return Int((record.end.microseconds - now.microseconds + 999_999) / 1_000_000)
    }

    package mutating func noteFailure(by address: String, at now: Timestamp) {
        if let record = records[address], now < record.end {
            records[address]?.failures = record.failures + 1
            return
        }
        if records[address] == nil, records.count >= Self.capacity { makeRoom(at: now) }
        records[address] = Record(failures: 1, end: Timestamp(microseconds: now.microseconds + Self.window))
    }

    private mutating func makeRoom(at now: Timestamp) {
        records = records.filter { now < $0.value.end }
        guard records.count >= Self.capacity, let oldest = records.min(by: { $0.value.end < $1.value.end }) else {
            return
        }
        records[oldest.key] = nil
    }

    /// How many addresses are remembered.
    package var count: Int { records.count }
}
