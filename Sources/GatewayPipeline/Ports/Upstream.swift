// SPDX-License-Identifier: Apache-2.0

package import GatewayHTTP
package import NIOCore

/// What is sent to a provider.
package struct ProviderRequest {
    package var to: Outbound
    /// The head, from the request line to the last field but `content-length`, without the empty line.
    package var head: ByteBuffer
    /// The body, in pieces, so that a large one need not be copied to change a few bytes of it.
    package var body: [ByteBuffer]
    /// On the lane's clock, when the first provider was asked: the total deadline counts from here, so that trying others
    /// does not lengthen it.
    package var since: UInt64

    package init(to: Outbound, head: ByteBuffer, body: [ByteBuffer], since: UInt64) {
        self.to = to
        self.head = head
        self.body = body
        self.since = since
    }
}

/// Reaches providers from one lane.
package protocol Upstream: AnyObject {
    /// Starts a call; it is under way when this returns.
    func start(_ request: ProviderRequest) -> any ProviderCall
}

/// One call to a provider. It belongs to one lane.
package protocol ProviderCall: ClientWorker {
    /// Waits for the answer's head.
    func head() async throws(CallFailure) -> AnswerHead

    /// The next piece of the answer's body, waiting for it; nil when the body is whole.
    func next() async throws(CallFailure) -> ByteBuffer?

    /// Whether `next` would not have to wait.
    var hasMore: Bool { get }

    /// No more of the answer is wanted. The connection is kept if the rest comes soon, else closed.
    func release()

    /// Closes the connection, which tells the provider to stop.
    func cancel()

    /// Nanoseconds, on the lane's clock, when the request had been written, and nanoseconds spent waiting for a
    /// connection before that.
    var sentAt: UInt64 { get }
    var connecting: UInt64 { get }
}

/// Why a call to a provider failed.
package struct CallFailure: Error, Equatable {
    /// What went wrong.
    package enum Kind: Equatable, Sendable {
        /// No connection could be made.
        case unreachable
        /// All connections are in use and none came free in time.
        case busy
        /// A deadline passed while connecting, before the first byte, between bytes, or over all.
        case connectTimeout, firstByteTimeout, idleTimeout, totalTimeout
        /// The connection broke, or what came over it is not HTTP.
        case broken
        /// We stopped it.
        case stopped(StopReason)
    }

    package var kind: Kind
    /// For the log: what happened, without secrets.
    package var detail: String
    /// Whether the provider cannot have processed any of the request, so that another may be asked at no risk.
    package var isUnprocessed: Bool

    /// Whether the call ended because we stopped it.
    package var isStop: Bool {
        if case .stopped = kind { return true }
        return false
    }

    package init(_ kind: Kind, _ detail: String, isUnprocessed: Bool = false) {
        self.kind = kind
        self.detail = detail
        self.isUnprocessed = isUnprocessed
    }
}
