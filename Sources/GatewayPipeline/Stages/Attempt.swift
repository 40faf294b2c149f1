// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import NIOCore

/// A provider's answer, of which the head has come.
struct Answered {
    let admitted: Admitted
    let call: any ProviderCall
    let head: AnswerHead
    /// Which attempt of the plan answered.
    let attempt: Planned.Attempt
    /// How many providers were asked.
    let attempts: Int
}

/// What came of asking providers.
enum Asked {
    case answered(Answered)
    /// The last attempt, how many there were, and how it failed.
    case failed(Planned.Attempt?, attempts: Int, CallFailure)
}

/// Stage 6: ask the providers of the plan in order. The next is asked only when the one before cannot have processed
/// anything of the request, or turned it away unprocessed, so that no call is ever paid for twice.
struct Attempt {
    let lane: LaneContext

    func callAsFunction(_ admitted: Admitted, _ client: any Client) async -> Asked {
        let since = lane.clock.now
        var last: Planned.Attempt?
        var failure = CallFailure(.unreachable, "the plan has no attempt")
        for (index, attempt) in admitted.planned.attempts.enumerated() {
            last = attempt
            guard let request = request(admitted.decoded, attempt, since: since) else {
                failure = CallFailure(.unreachable, "the provider has no such endpoint", isUnprocessed: true)
                continue
            }
            let call = lane.upstream.start(request)
            client.worker = worker(call, admitted)
            do throws(CallFailure) {
                let head = try await call.head()
                if Self.isTurnedAway(head), index + 1 < admitted.planned.attempts.count, !client.isGone {
                    call.release()
                    continue
                }
                return .answered(
                    Answered(admitted: admitted, call: call, head: head, attempt: attempt, attempts: index + 1))
            } catch {
                failure = error
                // No other provider is asked for a client that has left, or by a process that stops.
                if !error.isUnprocessed || error.isStop || client.isGone {
                    return .failed(attempt, attempts: index + 1, error)
                }
            }
        }
        return .failed(last, attempts: admitted.planned.attempts.count, failure)
    }

    /// Whether a provider that is too busy sent the request away: 429, 503, and Anthropic's 529.
    private static func isTurnedAway(_ head: AnswerHead) -> Bool { [429, 503, 529].contains(head.status) }

    private func request(_ decoded: Decoded, _ attempt: Planned.Attempt, since: UInt64) -> ProviderRequest? {
        guard let head = attempt.outbound.head(decoded.endpoint, caller: decoded.received.head) else { return nil }
        let edits = RequestEditor.edits(
            for: decoded.facts, endpoint: decoded.endpoint, sendingModel: attempt.model,
            askingStreamUsage: attempt.outbound.provider.asksForStreamUsage)
        return ProviderRequest(to: attempt.outbound, head: head, body: decoded.body.applying(edits), since: since)
    }

    private func worker(_ call: any ProviderCall, _ admitted: Admitted) -> any ClientWorker {
        switch admitted.received.compiled.snapshot.metering.onDisconnect {
        case .cancel: call
        case .drain: DrainingWorker(call)
        }
    }
}

/// Lets a call run to its end when the client leaves, so that the bill is the provider's own.
private final class DrainingWorker: ClientWorker {
    private let call: any ProviderCall

    init(_ call: any ProviderCall) { self.call = call }

    func stop(_ reason: StopReason) {
        if reason == .shutDown { call.stop(reason) }
    }
}

extension ByteBuffer {
    /// The bytes with `edits` made, as pieces that share this buffer's memory.
    func applying(_ edits: [BodyEdit]) -> [ByteBuffer] {
        guard !edits.isEmpty else { return [self] }
        var pieces: [ByteBuffer] = []
        var position = 0
        for edit in edits {
            append(position..<edit.range.lowerBound, to: &pieces)
            if !edit.replacement.isEmpty { pieces.append(ByteBuffer(bytes: edit.replacement)) }
            position = edit.range.upperBound
        }
        append(position..<readableBytes, to: &pieces)
        return pieces
    }

    private func append(_ range: Range<Int>, to pieces: inout [ByteBuffer]) {
        guard !range.isEmpty, let slice = getSlice(at: readerIndex + range.lowerBound, length: range.count) else {
            return
        }
        pieces.append(slice)
    }
}
