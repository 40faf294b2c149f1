// SPDX-License-Identifier: Apache-2.0

package import GatewayHTTP
package import NIOCore

/// The client's side of one exchange, whatever HTTP version carries it. It belongs to one lane.
///
/// An answer is either `respond`, once, or `begin`, any number of `write`, then `end(with:)` or `breakOff`.
package protocol Client: AnyObject {
    /// The whole request body, when it has come. Throws `.tooLarge` beyond `limit` bytes, `.tooSlow` when it stops coming,
    /// `.gone` when the client leaves, `.shutDown` when the gateway stops, `.faulty` when its framing breaks.
    func body(limit: Int) async throws(BodyFailure) -> ByteBuffer

    /// Whether the client has left; nothing sent from now on can arrive.
    var isGone: Bool { get }

    /// Says whom to tell when the client leaves or its time is up; nil when nobody is working for it any more.
    var worker: (any ClientWorker)? { get set }

    /// Sends a whole answer.
    func respond(_ head: ResponseHead, _ body: ByteBuffer)

    /// Starts an answer whose body follows piece by piece. The head leaves with the first piece or with `flush`.
    func begin(_ head: ResponseHead)

    /// Sends what has been written.
    func flush()

    /// Sends a piece and waits while the client has more than enough to read. Throws when the client has left.
    func write(_ bytes: ByteBuffer) async throws(ClientGone)

    /// Sends the last piece and ends an answer that is whole, or that says in-band that it is not.
    func end(with bytes: ByteBuffer)

    /// Ends an answer so that no client can take it for whole.
    func breakOff()
}

/// Works on a client's request somewhere else, and can be told to stop.
package protocol ClientWorker: AnyObject {
    /// Stop: the reason decides how the call is settled.
    func stop(_ reason: StopReason)
}

/// Why work for a client is stopped from outside.
package enum StopReason: Sendable, Equatable {
    case clientGone
    case shutDown
}

/// The client has left.
package struct ClientGone: Error, Equatable {
    package init() {}
}

/// Why a request body cannot be had.
package enum BodyFailure: Error, Equatable {
    case tooLarge
    case tooSlow
    case gone
    /// The process is stopping and the time for the rest is over.
    case shutDown
    case faulty(HTTPFault)
}
