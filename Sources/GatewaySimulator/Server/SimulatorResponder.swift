// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Takes every request: control endpoints are answered here, provider APIs become a `Call`.
struct SimulatorResponder: HTTPResponder {
    typealias Context = Connection

    let options: SimulatorOptions
    let memory: Memory
    let credentials: Credentials

    func respond(to request: Request, context connection: Connection) async throws -> Response {
        let route = Route(path: request.head.path ?? "/")
        switch route.target {
        case .health: return Self.json(.ok, ["status": "ok"])
        case .journal: return journal(request)
        case .api, .model: break
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: options.bodyLimit)
        } catch is NIOTooManyBytesError {
            let refusal = Refusal(413, "The request body is larger than \(options.bodyLimit) bytes.")
            return Self.json(.contentTooLarge, dialect(of: request, route).body(of: refusal, requestID: ""))
        }
        let call = Call(
            request: request, route: route, body: body, dialect: dialect(of: request, route),
            connection: connection, responder: self)
        return try await call.serve()
    }

    /// Which provider is meant: the path says it, and where both have the path, the headers do.
    private func dialect(of request: Request, _ route: Route) -> Dialect {
        switch route.endpoint {
        case .messages, .countTokens: return .anthropic
        case .chatCompletions, .completions, .embeddings, .responses: return .openAI
        case .models, .unknown:
            let marks = [Credentials.apiKeyHeader, Call.versionHeader].compactMap { $0 }
            return marks.contains { request.headers.contains($0) } ? .anthropic : .openAI
        }
    }

    private func journal(_ request: Request) -> Response {
        switch request.method {
        case .get:
            let since = request.uri.queryParameters["since"].flatMap { Int($0) } ?? 0
            return Self.json(.ok, .array(memory.journal.entries(after: since).map(\.json)))
        case .delete:
            memory.journal.clear()
            memory.faults.clear()
            memory.prompts.clear()
            memory.responses.clear()
            return Response(status: .noContent)
        default:
            return Self.json(.methodNotAllowed, ["error": "Use GET or DELETE."])
        }
    }

    static func json(_ status: HTTPResponse.Status, _ value: JSON) -> Response {
        Response(
            status: status, headers: [.contentType: AnswerHead.json],
            body: ResponseBody(byteBuffer: ByteBuffer(string: value.encoded)))
    }
}
