// SPDX-License-Identifier: Apache-2.0

/// A connection from a client, or a stream of one, as its lane watches it.
class ClientConnection: Watched {
    var watchIndex = -1
    /// Whether it is one of the connections that are limited in number; a stream of one is not.
    var isCounted = false
    func check(now: UInt64) {}
    /// The process is leaving, as the lane says: the connection is to end when nothing is under way.
    func drain() {}
    /// The grace time is over: end what is under way.
    func stopWork() {}
    /// Close without ceremony.
    func abandon() {}
}
