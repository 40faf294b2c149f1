// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import GatewayPipeline
import NIOCore

/// A request body on its way in: what has come, how fast, and who waits for the rest.
struct RequestBody {
    private(set) var bytes = ByteBuffer()
    private(set) var isComplete = false
    private var failure: BodyFailure?
    private var limit = Int.max
    private var waiter: UnsafeContinuation<Result<ByteBuffer, BodyFailure>, Never>?
    /// How much is still to come, as far as the client has said.
    private var announced: Int
    private var pace: BodyPace
    /// Whether the client waits for leave before it sends anything.
    private var waitsForLeave: Bool
    private let isShared: Bool

    /// Spare room behind a body, which lets the JSON scanner read it in place.
    static let padding = 64
    /// The most that is set aside on a client's word alone.
    private static let trusted = 1 << 20

    /// The body that `head` announces. Its pieces are `isShared` where they are views of buffers in which other requests
    /// come as well, so that to keep a small one would keep all of those.
    init(of head: RequestHead, isShared: Bool, pace: BodyPace) {
        if case .length(let length) = head.framing { announced = length } else { announced = 0 }
        waitsForLeave = head.expectsContinue
        self.isShared = isShared
        self.pace = pace
    }

    /// A body of which nothing is known, because no head has come yet.
    init() {
        announced = 0
        waitsForLeave = false
        isShared = false
        pace = BodyPace(idle: 0, from: 0)
    }

    /// Takes a piece that comes `now`.
    mutating func append(_ piece: ByteBuffer, at now: UInt64) {
        pace.note(piece.readableBytes, at: now)
        announced = max(0, announced - piece.readableBytes)
        waitsForLeave = false
        guard failure == nil else { return }
        if bytes.readableBytes == 0, announced == 0, !isShared {
            bytes = piece
        } else {
            let room = piece.readableBytes + min(announced, Self.trusted) + Self.padding
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
        guard failure == nil, waiter != nil else { return }
        resume(.success(take()))
    }

    /// The body will not be whole. Whoever waits or asks later is told why; the first reason stands.
    mutating func fail(_ reason: BodyFailure) {
        guard failure == nil, !isComplete else { return }
        failure = reason
        bytes = ByteBuffer()
        resume(.failure(reason))
    }

    /// Gives the body up if it comes too slowly; true when that ends the wait for it.
    mutating func checkPace(at now: UInt64) -> Bool {
        guard failure == nil, !isComplete, pace.isTooSlow(at: now) else { return false }
        fail(.tooSlow)
        return true
    }

    /// What `wait` would give at once; nil when it must wait.
    mutating func ready(limit: Int) -> Result<ByteBuffer, BodyFailure>? {
        self.limit = limit
        if let failure { return .failure(failure) }
        if bytes.readableBytes + announced > limit {
            fail(.tooLarge)
            return .failure(.tooLarge)
        }
        return isComplete ? .success(take()) : nil
    }

    mutating func wait(_ continuation: UnsafeContinuation<Result<ByteBuffer, BodyFailure>, Never>) {
        waiter = continuation
    }

    /// Whether the client must be told to send; it need be told once.
    mutating func takeLeave() -> Bool {
        defer { waitsForLeave = false }
        return waitsForLeave
    }

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
