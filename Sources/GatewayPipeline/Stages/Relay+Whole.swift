// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import NIOCore

/// Answers that are not streamed. They are held until they are whole, so that one that breaks off is an error with a
/// status of its own, never a short answer.
extension Relay {
    /// Bytes of a provider's error that are read; more says nothing more.
    private static let errorLimit = 1 << 20

    /// A successful answer of known length.
    func whole(_ answered: Answered) async -> Relayed {
        let body: ByteBuffer
        switch await collect(answered, limit: lane.limits.answer) {
        case .failure(let failure):
            return brokenOff(answered, failure, measured: answered.admitted.decoded.undelivered)
        case .success(nil):
            let limit = lane.limits.answer
            return unusable(
                answered,
                GatewayFailure(.answerTooLarge, "The provider's answer is larger than the limit of \(limit) bytes."))
        case .success(let collected?): body = collected
        }
        return wholeBody(answered, body)
    }

    /// Checks and passes on a body that is complete.
    func wholeBody(_ answered: Answered, _ body: ByteBuffer) -> Relayed {
        let answeredAt = lane.clock.now
        let decoded = answered.admitted.decoded
        let facts: AnswerFacts
        do throws(GatewayFailure) {
            try requireNoCoding(answered.head)
            facts = try body.read { bytes throws(GatewayFailure) in
                try AnswerReader.read(bytes, padded: body.isPadded, endpoint: decoded.endpoint, scanner: lane.scanner)
            }
        } catch {
            return unusable(answered, error)
        }
        var head = ResponseHead(status: answered.head.status)
        head.add("content-type", "application/json")
        var relayed = relayed(
            answered, .answer(head, body), status: head.status, ending: .complete, measured: decoded.metered(facts))
        relayed.answeredAt = answeredAt
        return relayed
    }

    /// A refusal of the provider's: its status, what it says of it and its word on when to come back. It costs nothing,
    /// whether or not all of it comes.
    func providerError(_ answered: Answered) async -> Relayed {
        let status = answered.head.status
        if status == 401 || status == 403 {
            answered.call.release()
            return refused(
                answered,
                GatewayFailure(
                    .providerRefusedCredential,
                    "The provider refused the gateway's own credential. Tell the gateway's operator."),
                ending: .providerError, measured: .nothing)
        }
        let body: ByteBuffer
        switch await collect(answered, limit: Self.errorLimit) {
        case .failure(let failure): return brokenOff(answered, failure, measured: .nothing)
        case .success(let collected): body = collected ?? ByteBuffer()
        }
        var head = ResponseHead(status: status)
        head.add("content-type", "application/json")
        if let retryAfter = RetryAfter.seconds(answered.head.fields) { head.add("retry-after", retryAfter) }
        var relayed = relayed(
            answered, .answer(head, told(body, answered)), status: status, ending: .providerError, measured: .nothing)
        relayed.answeredAt = lane.clock.now
        return relayed
    }

    /// What the client is shown of a provider's error: its own bytes where the client's dialect has that form and nothing
    /// in them is secret, else the same status in the dialect, with the provider's words if they can be found.
    private func told(_ body: ByteBuffer, _ answered: Answered) -> ByteBuffer {
        let admitted = answered.admitted
        let dialect = admitted.decoded.endpoint.dialect
        let refusal = body.withUnsafeReadableBytes {
            ProviderRefusal(
                $0, dialect: dialect, credential: answered.attempt.outbound.provider.authentication.secret,
                scanner: lane.scanner)
        }
        switch refusal {
        case .wellFormed(let range):
            return body.getSlice(at: body.readerIndex + range.lowerBound, length: range.count) ?? body
        case .other(let message):
            return ByteBuffer(
                bytes: ErrorFormat.body(
                    status: answered.head.status, message: message, dialect: dialect,
                    requestID: admitted.received.requestID))
        }
    }

    /// An answer that broke off while it was collected. Nothing of it was passed on.
    func brokenOff(_ answered: Answered, _ failure: CallFailure, measured: MeteredUsage) -> Relayed {
        let isGone = failure.kind == .stopped(.clientGone)
        let told = Self.tell(failure)
        let answer = ErrorAnswer(
            told, answered.admitted.decoded.endpoint.dialect, requestID: answered.admitted.received.requestID)
        return relayed(
            answered, isGone ? .nothing : .answer(answer.head, answer.body), status: isGone ? 499 : told.status,
            ending: Self.ending(failure), measured: measured)
    }

    /// The whole body; nil when it is larger than `limit`, in which case the call is cancelled.
    func collect(_ answered: Answered, limit: Int) async -> Result<ByteBuffer?, CallFailure> {
        do throws(CallFailure) {
            guard var body = try await answered.call.next() else { return .success(ByteBuffer()) }
            while let more = try await answered.call.next() {
                body.writeImmutableBuffer(more)
                if body.readableBytes > limit { break }
            }
            if body.readableBytes > limit {
                answered.call.cancel()
                return .success(nil)
            }
            return .success(body)
        } catch {
            return .failure(error)
        }
    }

    /// Answers are asked for without a coding; a provider that sends one all the same cannot be read or metered.
    func requireNoCoding(_ head: AnswerHead) throws(GatewayFailure) {
        if let coding = head.fields.first(.contentEncoding), !head.fields.value(at: coding, is: "identity") {
            throw GatewayFailure(.providerBroken, "The provider sent a compressed answer although none was asked for.")
        }
    }
}

extension Authentication {
    /// The credential, if there is one.
    fileprivate var secret: Secret? {
        switch self {
        case .bearer(let secret), .header(_, let secret): secret
        case .none: nil
        }
    }
}

/// A provider's `retry-after`, made safe to pass on.
enum RetryAfter {
    /// Whole seconds from 0 to 3600; nil for dates and nonsense.
    static func seconds(_ fields: FieldTable) -> Int? {
        // Digits and a point alone: `Double` would also take "inf" and hexadecimal.
        guard let range = fields.first(.retryAfter),
            fields.bytes[range].allSatisfy({ $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }),
            let seconds = Double(fields.text(range))
        else { return nil }
        return Int(min(seconds.rounded(.up), 3600))
    }
}
