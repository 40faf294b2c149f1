// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import NIOCore

/// One stream on its way from provider to client.
struct StreamRelay {
    /// How the stream ended, and what of it is still to be sent.
    struct End {
        var ending: Ending
        var remainder: Relayed.Remainder
    }

    /// The largest event that is held while it comes.
    private static let eventLimit = 16 << 20

    private let lane: LaneContext
    private let answered: Answered
    private let client: any Client
    private var scanner = EventStreamScanner()
    private(set) var meter: StreamMeter
    /// Bytes that have come and are not yet a whole event.
    private var pending = ByteBuffer()
    /// Set once the client has left and the rest is read for the bill alone.
    private var isDraining = false
    /// On the lane's clock, when the first content went to the client.
    private(set) var firstTokenAt: UInt64?

    init(_ lane: LaneContext, _ answered: Answered, _ client: any Client) {
        self.lane = lane
        self.answered = answered
        self.client = client
        let decoded = answered.admitted.decoded
        meter = StreamMeter(
            endpoint: decoded.endpoint,
            hidesUsage: !decoded.facts.wantsStreamUsage && answered.attempt.outbound.provider.asksForStreamUsage)
    }

    /// Relays until the stream ends one way or another. `opening` is a piece already taken from the call.
    mutating func run(opening: ByteBuffer?) async -> End {
        client.begin(StreamHead.make(answered, lane))
        if opening == nil, !answered.call.hasMore {
            client.flush()
            lane.ledger.note(answered.admitted.reservation, deliveredTokens: 0)
        }
        var opening = opening
        while true {
            do throws(CallFailure) {
                let piece: ByteBuffer
                if let first = opening.take() {
                    piece = first
                } else {
                    guard let next = try await answered.call.next() else { return closed() }
                    piece = next
                }
                if let end = await take(piece) { return end }
            } catch {
                return broken(error)
            }
        }
    }

    /// Passes on the whole events of what has come; gives the end when one of them is the last.
    private mutating func take(_ piece: ByteBuffer) async -> End? {
        pending.append(arrived: piece)
        let step = scan()
        if step.output.readableBytes > 0 { note() }
        switch step.outcome {
        case .complete:
            answered.call.release()
            return end(.complete, with: step.output)
        case .providerError:
            answered.call.cancel()
            return end(.providerError, with: step.output)
        case .broken(let reason):
            answered.call.cancel()
            return failed(
                GatewayFailure(.providerBroken, "The provider's stream broke: \(reason)."), after: step.output)
        case .goesOn:
            guard pending.readableBytes <= Self.eventLimit else {
                answered.call.cancel()
                return failed(
                    GatewayFailure(.answerTooLarge, "An event of the provider's stream is larger than 16 MiB."),
                    after: step.output)
            }
            return await pass(step.output)
        }
    }

    /// Takes note of what has been delivered.
    private mutating func note() {
        if firstTokenAt == nil, meter.sawContent { firstTokenAt = lane.clock.now }
        lane.ledger.note(
            answered.admitted.reservation, deliveredTokens: TokenEstimate.tokens(characters: meter.deliveredCharacters))
    }

    private func end(_ ending: Ending, with output: ByteBuffer) -> End {
        End(ending: ending, remainder: isDraining ? .nothing : .lastPiece(output))
    }

    private mutating func pass(_ output: ByteBuffer) async -> End? {
        guard output.readableBytes > 0, !isDraining else { return nil }
        do throws(ClientGone) {
            try await client.write(output)
            return nil
        } catch {
            guard answered.admitted.received.compiled.snapshot.metering.onDisconnect == .drain else {
                answered.call.cancel()
                return End(ending: .clientGone, remainder: .nothing)
            }
            isDraining = true
            return nil
        }
    }

    // MARK: Scanning

    private enum Outcome {
        case goesOn
        case complete
        case providerError
        case broken(String)
    }

    /// Takes every whole event off `pending`; gives those that go to the client.
    private mutating func scan() -> (output: ByteBuffer, outcome: Outcome) {
        var outcome = Outcome.goesOn
        var kept: [Range<Int>] = []
        var consumed = 0
        pending.withUnsafeReadableBytes { bytes in
            loop: while let event = scanner.next(in: bytes) {
                consumed = event.range.upperBound
                switch meter.observe(event, in: bytes, scanner: lane.scanner) {
                case .forward: Self.keep(event.range, &kept)
                case .hide, .afterEnd: continue
                case .providerError:
                    Self.keep(event.range, &kept)
                    outcome = .providerError
                    break loop
                case .broken(let reason):
                    outcome = .broken(reason)
                    break loop
                }
            }
        }
        if case .goesOn = outcome, meter.isComplete { outcome = .complete }
        let output = output(kept)
        pending.moveReaderIndex(forwardBy: consumed)
        scanner.consumed(consumed)
        return (output, outcome)
    }

    private static func keep(_ range: Range<Int>, _ kept: inout [Range<Int>]) {
        if let last = kept.last, last.upperBound == range.lowerBound {
            kept[kept.count - 1] = last.lowerBound..<range.upperBound
        } else {
            kept.append(range)
        }
    }

    /// The kept ranges as one buffer: without a copy in the usual case that they are one range.
    private func output(_ kept: [Range<Int>]) -> ByteBuffer {
        var output = ByteBuffer()
        for (index, range) in kept.enumerated() {
            guard let slice = pending.getSlice(at: pending.readerIndex + range.lowerBound, length: range.count) else {
                continue
            }
            if index == 0 { output = slice } else { output.writeImmutableBuffer(slice) }
        }
        return output
    }

    // MARK: Ends that are not the provider's own

    /// The provider closed its stream, which is whole only if nothing but the last line end is missing.
    private mutating func closed() -> End {
        let (output, ending) = takeUnended()
        if let ending { return end(ending, with: output) }
        return failed(
            GatewayFailure(.providerBroken, "The provider's stream ended before it was complete."), after: output)
    }

    private mutating func broken(_ failure: CallFailure) -> End {
        let (output, ending) = takeUnended()
        if failure.kind == .stopped(.clientGone) { return End(ending: .clientGone, remainder: .nothing) }
        if let ending { return end(ending, with: output) }
        var end = failed(Relay.tell(failure), after: output)
        end.ending = Relay.ending(failure)
        return end
    }

    /// Takes the event that lacks but the line end that readers need to see it, and gives it that: all of what it says has
    /// come. The ending is there if it was the last event.
    private mutating func takeUnended() -> (output: ByteBuffer, ending: Ending?) {
        var output = ByteBuffer()
        var ending: Ending?
        pending.withUnsafeReadableBytes { bytes in
            guard let (event, missing) = scanner.unended(in: bytes) else { return }
            let verdict = meter.observe(event, in: bytes, scanner: lane.scanner)
            if verdict == .providerError { ending = .providerError }
            guard verdict == .forward || verdict == .providerError else { return }
            output.writeBytes(bytes[event.range])
            output.writeStaticString(missing)
        }
        note()
        return (output, meter.isComplete ? .complete : ending)
    }

    /// Ends the client's stream with an error event, after whole events only.
    private func failed(_ failure: GatewayFailure, after output: ByteBuffer) -> End {
        guard !isDraining else { return End(ending: .providerFailed, remainder: .nothing) }
        var output = output
        output.writeBytes(
            ErrorFormat.streamEvent(
                failure, endpoint: answered.admitted.decoded.endpoint, requestID: answered.admitted.received.requestID))
        return End(ending: .providerFailed, remainder: .lastPiece(output))
    }
}

/// The head of a streamed answer.
enum StreamHead {
    static func make(_ answered: Answered, _ lane: LaneContext) -> ResponseHead {
        var head = ResponseHead(status: 200)
        head.add("content-type", "text/event-stream; charset=utf-8")
        // Caches and buffering proxies in front of the gateway would hold events back.
        head.add("cache-control", "no-cache, no-transform")
        head.add("x-accel-buffering", "no")
        AnswerFields.add(
            to: &head, answered.admitted, attempt: answered.attempt, attempts: answered.attempts)
        AnswerFields.addOverhead(
            to: &head,
            Overhead.before(
                answered.admitted.decoded, sentAt: answered.call.sentAt, connecting: answered.call.connecting))
        return head
    }
}
