// SPDX-License-Identifier: Apache-2.0

/// The ledger as one lane sees it. Every method touches memory only and returns at once; a background writer makes rows
/// of what is recorded here. Not `Sendable`: it belongs to its lane.
///
/// Invariants (ARCHITECTURE.md, "The ledger"):
/// 1. What `settle` has returned from survives the death of the process.
/// 2. Every reservation is closed by exactly one settlement, made by the lane or, after a crash, by the next start.
package protocol LaneLedger: AnyObject {
    /// Claims the call described by `opening` before a provider is asked. Throws `.ledgerUnavailable` when it cannot be
    /// written down; then the call must not be made.
    func open(_ opening: Opening) throws(GatewayFailure) -> Reservation

    /// Notes that the head of a streamed answer is on its way, with status 200, and how many output tokens have been
    /// delivered so far: for the row of the call, should the process die.
    func note(_ reservation: Reservation, deliveredTokens: Int64)

    /// Closes `reservation` with the row of the call.
    func settle(_ reservation: Reservation, _ settlement: Settlement)

    /// Writes the row of a call that was refused before a reservation was made.
    func record(_ settlement: Settlement)
}

/// Takes each finished call for logs and metrics. Not `Sendable`: it belongs to its lane. Never blocks.
package protocol SettlementObserver: AnyObject {
    /// `route` is the configured model entry or mount that served the call: a name from the configuration, so that it
    /// can label a metric without bound to what callers send. `refusal` says why the gateway refused the call, if it did.
    func observe(_ settlement: Settlement, route: String?, refusal: GatewayFailure.Code?)

    /// A look at the list of models: it has a caller, but spends nothing and has no row in the ledger.
    func observe(_ lookup: ModelLookup, refusal: GatewayFailure.Code?)

    /// A call that was refused before it had a caller: bad framing, no key, unknown key.
    func observeRefusal(_ refusal: Refusal)
}

extension SettlementObserver {
    /// A call that the gateway did not refuse.
    package func observe(_ settlement: Settlement, route: String?) {
        observe(settlement, route: route, refusal: nil)
    }
}

/// A request for the list of models, or for one of them.
package struct ModelLookup: Sendable {
    package var requestID: String
    package var traceID: String
    package var keyID: String
    package var keyName: String
    /// The name asked for; nil for the list.
    package var model: String?
    package var status: Int
    package var startedAt: Timestamp
    /// In microseconds.
    package var latency: Int64

    package init(
        requestID: String, traceID: String, keyID: String, keyName: String, model: String?, status: Int,
        startedAt: Timestamp, latency: Int64
    ) {
        self.requestID = requestID
        self.traceID = traceID
        self.keyID = keyID
        self.keyName = keyName
        self.model = model
        self.status = status
        self.startedAt = startedAt
        self.latency = latency
    }
}

/// A call that ended before anybody was known to have made it: logged and counted, not in the ledger.
package struct Refusal: Sendable {
    package var requestID: String
    package var code: GatewayFailure.Code
    package var status: Int
    /// The normalised path, at most 128 bytes of it; nil when there was none to read.
    package var path: String?
    package var startedAt: Timestamp
    package var latency: Int64

    package init(
        requestID: String, code: GatewayFailure.Code, status: Int, path: String?, startedAt: Timestamp, latency: Int64
    ) {
        self.requestID = requestID
        self.code = code
        self.status = status
        self.path = path
        self.startedAt = startedAt
        self.latency = latency
    }
}
