// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import GatewayPipeline
import NIOCore

/// A request body on its way in: what has come, and who waits for the rest.
struct RequestBody {
    private(set) var bytes = ByteBuffer()
    private(set) var isComplete = false
    private var failure: BodyFailure?
    private var limit = Int.max
    private var waiter: UnsafeContinuation<Result<ByteBuffer, BodyFailure>, Never>?

    /// Spare room behind a body, which lets the JSON scanner read it in place.
    static let padding = 64
    /// The most that is set aside on a client's word alone.
    private static let trusted = 1 << 20

    /// Takes a piece. `remaining` is how much the client says is still to come after it.
    mutating func append(_ piece: ByteBuffer, remaining: Int) {
        guard failure == nil else { return }
        if bytes.readableBytes == 0, remaining == 0 {
            bytes = piece
        } else {
            let room = piece.readableBytes + min(remaining, Self.trusted) + Self.padding
            if bytes.writableBytes < piece.readableBytes + Self.padding {
                bytes.reserveCapacity(minimumWritableBytes: room)
            }
            bytes.writeImmutableBuffer(piece)
        }
        if bytes.readableBytes > limit { fail(.tooLarge) }
    }

    /// The body is whole.
    mutating func complete() {
        isComplete = true
        guard failure == nil, isAwaited else { return }
        resume(.success(take()))
    }

    /// The body will not be whole. Whoever waits or asks later is told why; the first reason stands.
    mutating func fail(_ reason: BodyFailure) {
        guard failure == nil, !isComplete else { return }
        failure = reason
        bytes = ByteBuffer()
        resume(.failure(reason))
    }

    /// What `wait` would give at once; nil when it must wait.
    mutating func ready(limit: Int) -> Result<ByteBuffer, BodyFailure>? {
        self.limit = limit
        if let failure { return .failure(failure) }
        if bytes.readableBytes > limit {
            fail(.tooLarge)
            return .failure(.tooLarge)
        }
        return isComplete ? .success(take()) : nil
    }

    mutating func wait(_ continuation: UnsafeContinuation<Result<ByteBuffer, BodyFailure>, Never>) {
        waiter = continuation
    }

    /// Whether somebody waits for the body.
    var isAwaited: Bool { waiter != nil }

    private mutating func resume(_ result: Result<ByteBuffer, BodyFailure>) {
        guard let waiting = waiter else { return }
        waiter = nil
        waiting.resume(returning: result)
    }

    private mutating func take() -> ByteBuffer {
        let taken = bytes
        bytes = ByteBuffer()
        return taken
    }
}
