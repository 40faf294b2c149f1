// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// One request to a provider API, from its journal entry to its response.
struct Call: Sendable {
    /// The connection is gone on purpose: there is nobody to answer.
    private struct Dropped: Error {}

    static let versionHeader = HTTPField.Name("anthropic-version")
    static let directivesHeader = HTTPField.Name("x-sim")
    private static let longestBodyKept = 65_536

    let request: Request
    let route: Route
    let body: ByteBuffer
    let dialect: Dialect
    let connection: Connection
    let responder: SimulatorResponder

    private var memory: Memory { responder.memory }

    func serve() async throws -> Response {
        let credential = responder.credentials.presented(in: request.headers, dialect: dialect)
        let sequence = memory.journal.open(opening(credential))
        do {
            return try await answer(sequence, credential)
        } catch let refusal as Refusal {
            return refuse(refusal, sequence, .complete)
        } catch is ClientGone {
            memory.journal.close(sequence, JournalEntry.Closing(status: 499, ending: .clientGone))
            throw Dropped()
        }
    }

    private func answer(_ sequence: Int, _ credential: String?) async throws -> Response {
        let parsed = Result { () throws(JSONFailure) in try parse() }
        let (model, reading) = read(try? parsed.get())
        memory.journal.note(sequence, reading)
        try responder.credentials.check(credential, dialect: dialect)
        let directives = memory.faults.admit(try directives(in: reading.model))
        try await connection.pause(milliseconds: directives.firstByte)
        if let replacement = directives.replacement { return try await replace(replacement, directives, sequence) }
        switch route.target {
        case .model(let id):
            try Models.check(id, dialect: dialect)
            return send(Answer(body: .whole(Models.model(id, dialect), reported: nil)), directives, sequence)
        case .api(.models):
            return send(Answer(body: .whole(Models.list(dialect), reported: nil)), directives, sequence)
        default: break
        }
        try checkForm()
        let version = try version()
        let exchange = Exchange(
            json: try json(parsed), dialect: dialect, anthropicVersion: version, model: model ?? "",
            fingerprint: fingerprint,
            scope: Fingerprint.of("\(credential ?? "")\n\(model ?? "")", seed: 0), directives: directives,
            seed: responder.options.seed, memory: memory)
        return send(try endpoint(exchange), directives, sequence)
    }

    private func endpoint(_ exchange: Exchange) throws(Refusal) -> Answer {
        _ = try exchange.body.required("model").text()
        try Models.check(exchange.model, dialect: dialect)
        switch route.endpoint {
        case .chatCompletions: return try ChatAnswer.make(exchange)
        case .completions: return try LegacyCompletions.make(exchange)
        case .embeddings: return try Embeddings.make(exchange)
        case .responses: return try ResponsesAnswer.make(exchange)
        case .messages: return try MessagesAnswer.make(exchange)
        case .countTokens: return try MessagesAnswer.count(exchange)
        case .models, .unknown: throw unknownPath
        }
    }
}

// MARK: - Reading

extension Call {
    private func opening(_ credential: String?) -> JournalEntry.Opening {
        var headers = request.headers.map { field in
            let name = field.name.canonicalName
            let isSecret = Credentials.secretFields.contains(name)
            return (name: name, value: isSecret ? Credentials.masked(field.value) : field.value)
        }
        if let host = request.head.authority { headers.insert((name: "host", value: host), at: 0) }
        return JournalEntry.Opening(
            time: Date(), endpoint: route.endpoint, method: request.method.rawValue, path: request.head.path ?? "/",
            credential: credential.map(Credentials.masked), headers: headers, bodyBytes: body.readableBytes,
            body: body.readableBytes <= Self.longestBodyKept ? String(buffer: body) : nil)
    }

    private func parse() throws(JSONFailure) -> JSON? {
        body.readableBytes == 0 ? nil : try JSONParser.parse(body)
    }

    private func read(_ json: JSON??) -> (model: String?, JournalEntry.Reading) {
        let json = json ?? nil
        let asked = json?["model"]?.text
        let metadata = json?["metadata"]
        var reading = JournalEntry.Reading()
        reading.model = asked
        reading.marker = metadata?["marker"]?.text ?? metadata?["user_id"]?.text ?? json?["user"]?.text
        reading.streams = json?["stream"]?.flag ?? false
        reading.directives = directiveTexts(in: asked).compactMap { $0 }.joined(separator: ",")
        return (asked.map { String($0.prefix { $0 != "+" }) }, reading)
    }

    /// In the path, in a header, after the first `+` of a model's name, where another `+` does as well as a comma.
    private func directiveTexts(in model: String?) -> [String?] {
        let mark = model?.firstIndex(of: "+")
        let suffix = mark.flatMap { mark in model.map { String($0[mark...].dropFirst()).replacing("+", with: ",") } }
        return [route.directives, Self.directivesHeader.flatMap { request.headers[$0] }, suffix]
    }

    private func directives(in model: String?) throws(Refusal) -> Directives {
        try Directives(directiveTexts(in: model))
    }

    private func checkForm() throws(Refusal) {
        if route.endpoint == .unknown { throw unknownPath }
        guard request.method == .post else {
            throw Refusal(405, "Not allowed to \(request.method.rawValue) on \(request.uri.path). Use POST.")
        }
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true else {
            throw Refusal(dialect == .openAI ? 400 : 415, "The content type must be application/json.")
        }
    }

    private func version() throws(Refusal) -> AnthropicVersion {
        guard dialect == .anthropic else { return .third }
        return try AnthropicVersion(header: Self.versionHeader.flatMap { request.headers[$0] })
    }

    private var unknownPath: Refusal {
        Refusal(
            404, "Unknown path: \(request.method.rawValue) \(request.uri.path).",
            type: dialect == .openAI ? "invalid_request_error" : nil)
    }

    private func json(_ parsed: Result<JSON?, JSONFailure>) throws(Refusal) -> JSON {
        switch parsed {
        case .success(let json?):
            guard json.fields != nil else { throw Refusal(400, "The body must be a JSON object, not \(json.kind).") }
            return json
        case .success(nil): throw Refusal(400, "The body is empty; it must be a JSON object.")
        case .failure(let failure):
            throw Refusal(400, "The body is not valid JSON: \(failure.reason) (at byte \(failure.offset)).")
        }
    }

    private var fingerprint: String {
        var fingerprint = Fingerprint(seed: responder.options.seed)
        fingerprint.combine(route.endpoint.rawValue)
        body.withUnsafeReadableBytes { fingerprint.combine(bytes: $0) }
        return fingerprint.value.hexadecimal
    }
}

// MARK: - Answering

extension Call {
    private func send(_ answer: Answer, _ directives: Directives, _ sequence: Int) -> Response {
        switch answer.body {
        case .stream(let stream): sendStream(stream, answer, directives, sequence)
        case .whole(let json, let reported): sendWhole(json, reported, answer, directives, sequence)
        }
    }

    private func sendStream(
        _ stream: EventStream, _ answer: Answer, _ directives: Directives, _ sequence: Int
    ) -> Response {
        let chunks = stream.events.map { event in
            Chunk(
                bytes: ByteBuffer(string: event.text), content: event.content, reasoning: event.reasoning,
                reported: event.reported)
        }
        let delivery = Delivery(
            connection: connection, directives: directives, journal: memory.journal, sequence: sequence,
            closing: JournalEntry.Closing(status: 200, answerID: answer.id), cost: answer.cost, isStreamed: true,
            failure: stream.failure)
        return Response(
            status: .ok, headers: head(AnswerHead.eventStream, directives, sequence),
            body: delivery.body(chunks, length: nil))
    }

    private func sendWhole(
        _ json: JSON, _ reported: TokenCounts?, _ answer: Answer, _ directives: Directives, _ sequence: Int
    ) -> Response {
        let kinds = directives.breaks.map(\.kind)
        if kinds.contains(.error) { return refuse(dialect.refusal(status: 500), sequence, .fault("error")) }
        let bytes = ByteBuffer(string: json.encoded)
        let head = head(AnswerHead.json, directives, sequence)
        var closing = JournalEntry.Closing(status: 200, answerID: answer.id)
        if kinds.isEmpty, directives.delay == 0, directives.chunks == nil {
            closing.billed = answer.cost
            closing.reported = reported
            closing.chunks = 1
            memory.journal.close(sequence, closing)
            return Response(status: .ok, headers: head, body: ResponseBody(byteBuffer: bytes))
        }
        let delivery = Delivery(
            connection: connection, directives: directives, journal: memory.journal, sequence: sequence,
            closing: closing, cost: answer.cost, isStreamed: false, failure: { _ in OpenAIFailure.event })
        // With garbage in it the body has another length than it should.
        let length = kinds.contains(.garbage) ? nil : bytes.readableBytes
        let chunks = Self.pieces(of: bytes, reported, directives)
        return Response(status: .ok, headers: head, body: delivery.body(chunks, length: length))
    }

    private func head(_ contentType: String, _ directives: Directives, _ sequence: Int) -> HTTPFields {
        AnswerHead.fields(dialect, sequence: sequence, contentType: directives.contentType ?? contentType)
    }

    /// Cuts a body that is not streamed so that each break has a piece after it.
    private static func pieces(of bytes: ByteBuffer, _ reported: TokenCounts?, _ directives: Directives) -> [Chunk] {
        let last = directives.breaks.map(\.after).max() ?? 0
        let count = min(max(directives.chunks ?? 8, last + 1), bytes.readableBytes)
        var rest = bytes
        var chunks: [Chunk] = []
        for number in 1...max(1, count) {
            let end = bytes.readableBytes * number / max(1, count)
            guard let piece = rest.readSlice(length: end - rest.readerIndex + bytes.readerIndex) else { break }
            chunks.append(Chunk(bytes: piece))
        }
        if !chunks.isEmpty { chunks[chunks.count - 1].reported = reported }
        return chunks
    }

    private func refuse(_ refusal: Refusal, _ sequence: Int, _ ending: Ending) -> Response {
        memory.journal.close(sequence, JournalEntry.Closing(status: refusal.status, ending: ending))
        let body = dialect.body(of: refusal, requestID: JournalEntry.requestID(sequence))
        var head = AnswerHead.fields(dialect, sequence: sequence, contentType: AnswerHead.json)
        if let seconds = refusal.retryAfter, let name = AnswerHead.retryAfter { head[name] = String(seconds) }
        return Response(
            status: HTTPResponse.Status(code: refusal.status), headers: head,
            body: ResponseBody(byteBuffer: ByteBuffer(string: body.encoded)))
    }

    private func replace(
        _ replacement: Directives.Replacement, _ directives: Directives, _ sequence: Int
    ) async throws -> Response {
        switch replacement {
        case .status(let status):
            var refusal = dialect.refusal(status: status)
            refusal.retryAfter = directives.retryAfter
            return refuse(refusal, sequence, .fault("status"))
        case .html:
            let page = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>This is no API.</body></html>"
            close(sequence, 200, "html")
            return Response(
                status: .ok, headers: [.contentType: directives.contentType ?? "text/html; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
        case .redirect(let location):
            close(sequence, 307, "redirect")
            return Response(status: .temporaryRedirect, headers: [.location: location])
        case .reset:
            close(sequence, 0, "reset")
            await connection.reset()
            throw Dropped()
        case .cutHead:
            close(sequence, 0, "cut_head")
            await connection.cutHead()
            throw Dropped()
        case .hang:
            try? await connection.waitUntilGone()
            close(sequence, 0, "hang")
            throw Dropped()
        }
    }

    private func close(_ sequence: Int, _ status: Int, _ fault: String) {
        memory.journal.close(sequence, JournalEntry.Closing(status: status, ending: .fault(fault)))
    }
}
