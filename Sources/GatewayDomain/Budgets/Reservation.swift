// SPDX-License-Identifier: Apache-2.0

/// What is written down before a provider is asked, so that a call which never settles (the process was killed) is still
/// found, and billed, at the next start.
package struct Opening: Sendable, Equatable {
    package var row: RowID
    package var requestID: String
    package var traceID: String
    package var startedAt: Timestamp
    package var keyID: String
    package var keyName: String
    package var endpoint: Endpoint
    package var modelAsked: String
    package var provider: String
    package var modelServed: String
    package var streamed: Bool
    /// Our estimate of the input, billed if the call is interrupted.
    package var estimatedPrompt: Int64
    /// The prices at admission, which also hold at settlement; nil when the model is unpriced.
    package var prices: TokenPrices?
    /// The most the call can cost; nil when that is not bounded or not priced.
    package var reserved: NanoDollars?

    package init(
        row: RowID, requestID: String, traceID: String, startedAt: Timestamp, keyID: String, keyName: String,
        endpoint: Endpoint, modelAsked: String, provider: String, modelServed: String, streamed: Bool,
        estimatedPrompt: Int64, prices: TokenPrices?, reserved: NanoDollars?
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
        self.streamed = streamed
        self.estimatedPrompt = estimatedPrompt
        self.prices = prices
        self.reserved = reserved
    }

    /// The row for a call whose process died before settling it: what was sent and delivered, marked estimated.
    /// `deliveredTokens` is what was last noted; nil when the client had not been sent a head, and so no status either.
    package func interrupted(deliveredTokens: Int64?) -> Settlement {
        let usage = Usage(prompt: estimatedPrompt, completion: deliveredTokens ?? 0)
        let cost = prices.flatMap { $0.cost(of: usage) }.map(Cost.priced) ?? .unpriced
        return Settlement(
            row: row, requestID: requestID, traceID: traceID, startedAt: startedAt, keyID: keyID, keyName: keyName,
            endpoint: endpoint, modelAsked: modelAsked, provider: provider, modelServed: modelServed, usage: usage,
            usageSource: .estimated, cost: cost, status: deliveredTokens == nil ? 500 : 200, attempts: 1,
            streamed: streamed, ending: .interrupted)
    }
}

/// An open claim on the ledger, made before a provider is asked and closed by exactly one settlement.
package struct Reservation: Sendable {
    package let row: RowID
    /// Where the journal keeps the opening; meaningful to the ledger that gave it alone.
    package let place: UInt64

    package init(row: RowID, place: UInt64) {
        self.row = row
        self.place = place
    }
}
