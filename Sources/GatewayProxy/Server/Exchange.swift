// SPDX-License-Identifier: Apache-2.0

import GatewayPipeline

/// A client's exchange as its lane runs it. Sendable because it is confined to its lane, where the task that serves it
/// runs too.
protocol Exchange: Client, Sendable {
    /// The pipeline has returned: the answer is sent, or the client has left.
    func exchangeEnded()
}

/// A connection from a client, as its lane watches it.
class ClientConnection: Watched {
    var watchIndex = -1
    /// Whether it is one of the connections that are limited in number; a stream of one is not.
    var isCounted = false
    func check(now: UInt64) {}
    /// No new work: close when nothing is under way.
    func drain() {}
    /// The grace time is over: end what is under way.
    func stopWork() {}
    /// Close without ceremony.
    func abandon() {}
}
