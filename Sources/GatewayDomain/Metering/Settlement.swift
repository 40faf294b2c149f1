// SPDX-License-Identifier: Apache-2.0

/// Why a call ended.
package enum Ending: String, Sendable, CaseIterable {
    /// The provider's answer was relayed to its end.
    case complete
    /// The gateway refused the call; no provider was asked.
    case refused
    /// The provider answered with an error, which was relayed.
    case providerError = "provider_error"
    /// The provider could not be reached, broke off, or answered with something that is no answer.
    case providerFailed = "provider_failed"
    /// A deadline passed.
    case timedOut = "timed_out"
    /// The client went away before the answer was whole.
    case clientGone = "client_gone"
    /// The gateway was told to stop and the grace time ran out.
    case shutDown = "shut_down"
    /// The gateway process died during the call; found and settled at the next start.
    case interrupted
}

/// What a call cost.
package enum Cost: Sendable, Hashable {
    case priced(NanoDollars)
    /// No price is known for the model: shown as such, never as zero.
    case unpriced
}

/// One row of the ledger: who called, what served it, what it used and cost, how long it took and why it ended.
/// It holds no content and no secret.
package struct Settlement: Sendable, Equatable {
    /// Identifies the row; unique, also across restarts and processes.
    package var row: RowID
    /// What the client was told in `x-request-id`.
    package var requestID: String
    /// The trace the call belongs to: 32 hexadecimal digits.
    package var traceID: String
    package var startedAt: Timestamp
    package var keyID: String
    package var keyName: String
    package var endpoint: Endpoint
    /// The model as the client named it.
    package var modelAsked: String
    /// The provider that served the call, and the model it was asked for; nil when none was.
    package var provider: String?
    package var modelServed: String?
    package var usage: Usage
    package var usageSource: UsageSource
    package var cost: Cost
    /// From the first byte of the request to the last of the answer, in microseconds.
    package var latency: Int64
    /// From the first byte of the request to the first of the answer's content, in microseconds; nil when none came.
    package var firstToken: Int64?
    /// The part of `latency` that the gateway itself spent, in microseconds.
    package var overhead: Int64
    /// The HTTP status the client was sent; 499 when it left, and 500 when the process died, before one could be.
    package var status: Int
    /// How many times a provider was tried.
    package var attempts: Int
    package var streamed: Bool
    package var ending: Ending

    package init(
        row: RowID, requestID: String, traceID: String, startedAt: Timestamp, keyID: String, keyName: String,
        endpoint: Endpoint, modelAsked: String, provider: String? = nil, modelServed: String? = nil,
        usage: Usage = .zero, usageSource: UsageSource = .none, cost: Cost = .priced(.zero), latency: Int64 = 0,
        firstToken: Int64? = nil, overhead: Int64 = 0, status: Int, attempts: Int = 0, streamed: Bool = false,
        ending: Ending
    ) {
        self.row = row
        self.requestID = requestID
        self.traceID = traceID
        self.startedAt = startedAt
        self.keyID = keyID
        self.keyName = keyName
        self.endpoint = endpoint
        self.modelAsked = modelAsked
        self.provider = provider
        self.modelServed = modelServed
        self.usage = usage
        self.usageSource = usageSource
        self.cost = cost
        self.latency = latency
        self.firstToken = firstToken
        self.overhead = overhead
        self.status = status
        self.attempts = attempts
        self.streamed = streamed
        self.ending = ending
    }
}

/// A 128-bit identifier that sorts by time: 48 bits of milliseconds, then 80 random bits.
package struct RowID: Sendable, Hashable, Comparable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes an identifier for a call that starts at `time`.
    package init(at time: Timestamp, using random: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(clamping: time.microseconds / 1000)
        high = milliseconds << 16 | random.next() & 0xffff
        low = random.next()
    }

    package static func < (left: RowID, right: RowID) -> Bool { (left.high, left.low) < (right.high, right.low) }

    /// 32 lower-case hexadecimal digits.
    package var hexadecimal: String {
        String(unsafeUninitializedCapacity: 32) { buffer in
            for (word, offset) in [(high, 0), (low, 16)] {
                for digit in 0..<16 {
                    let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * digit)) & 0xf
                    buffer[offset + digit] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
                }
            }
            return 32
        }
    }
}
