// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import NIOCore

/// Streamed answers. Whole events are passed on as they come, their bytes untouched; a stream that does not reach its
/// terminal event ends in an error event of the client's dialect, never as if it were complete.
extension Relay {
    func stream(_ answered: Answered, _ client: any Client) async -> Relayed {
        let first: ByteBuffer
        do throws(GatewayFailure) {
            try requireNoCoding(answered.head)
        } catch {
            // Nobody will read it: left open, it would hold its connection until the call's total deadline.
            answered.call.cancel()
            return unusable(answered, error)
        }
        if isEventStream(answered.head) {
            var relay = StreamRelay(lane, answered, client)
            return await finish(relay.run(opening: nil), relay, answered)
        }
        // Some servers stream under another type, some answer a streaming request with plain JSON. The first bytes tell.
        do throws(CallFailure) {
            guard let piece = try await answered.call.next() else {
                return unusable(answered, GatewayFailure(.providerBroken, "The provider's answer is empty."))
            }
            first = piece
        } catch { return brokenOff(answered, error, measured: answered.admitted.decoded.undelivered) }
        if EventStreamSniffer.looksLikeEvents(first) {
            var relay = StreamRelay(lane, answered, client)
            return await finish(relay.run(opening: first), relay, answered)
        }
        return await plain(answered, first)
    }

    private func isEventStream(_ head: AnswerHead) -> Bool {
        head.fields.first(.contentType).map { MediaType.isEventStream(head.fields, $0) } ?? false
    }

    /// A whole answer to a request for a stream.
    private func plain(_ answered: Answered, _ first: ByteBuffer) async -> Relayed {
        switch await collect(answered, limit: lane.limits.answer) {
        case .failure(let failure):
            return brokenOff(answered, failure, measured: answered.admitted.decoded.undelivered)
        case .success(nil):
            return unusable(answered, GatewayFailure(.answerTooLarge, "The provider's answer is too large."))
        case .success(let rest?):
            var body = first
            body.writeImmutableBuffer(rest)
            return wholeBody(answered, body)
        }
    }

    private func finish(_ end: StreamRelay.End, _ relay: StreamRelay, _ answered: Answered) -> Relayed {
        let measured = relay.meter.billable(estimatedPrompt: answered.admitted.decoded.facts.estimatedPrompt)
        var relayed = relayed(answered, end.remainder, status: 200, ending: end.ending, measured: measured)
        relayed.firstTokenAt = relay.firstTokenAt
        return relayed
    }
}

/// Tells an event stream from other bodies by how it starts.
enum EventStreamSniffer {
    static func looksLikeEvents(_ piece: ByteBuffer) -> Bool {
        let start = piece.readableBytesView.drop { $0 == 0x20 || $0 == 0x0a || $0 == 0x0d }
        return ["data:", "event:", "id:", "retry:", ":"].contains { start.starts(with: $0.utf8) }
    }
}
