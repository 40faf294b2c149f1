// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import GatewayPipeline
import Testing

@Suite("Routes")
struct RouteTests {
    private static func find(_ path: String, _ method: HTTPMethod = .post) throws(GatewayFailure) -> Route {
        try RouteTable.find(path: Array(path.utf8), method: method)
    }

    @Test(
        "each path of the data plane has its route",
        arguments: [
            ("/v1/chat/completions", Route.call(.chatCompletions)), ("/v1/completions", .call(.completions)),
            ("/v1/embeddings", .call(.embeddings)), ("/v1/responses", .call(.responses)),
            ("/v1/messages", .call(.messages)),
            ("/v1/messages/count_tokens", .call(.countTokens)),
            ("/llm/call/open-ai/v1/chat/completions", .mount(slug: "open-ai", .chatCompletions, .call)),
            ("/llm/call/open-ai/chat/completions", .mount(slug: "open-ai", .chatCompletions, .call)),
            ("/llm/rest/x/v1/messages", .mount(slug: "x", .messages, .rest)),
            ("/llm/stream/x/responses", .mount(slug: "x", .responses, .stream)),
            ("/llm/call/v1/v1/embeddings", .mount(slug: "v1", .embeddings, .call)),
        ])
    func posts(_ path: String, _ route: Route) throws { #expect(try Self.find(path) == route) }

    @Test(
        "models are listed and shown by name, with escapes in it undone once",
        arguments: [
            ("/v1/models", Route.models(slug: nil, name: nil)), ("/v1/models/gpt", .models(slug: nil, name: "gpt")),
            ("/v1/models/org/name", .models(slug: nil, name: "org/name")),
            ("/v1/models/a%20b", .models(slug: nil, name: "a b")),
            ("/v1/models/a%2520b", .models(slug: nil, name: "a%20b")),
            ("/v1/models/%c3%a9", .models(slug: nil, name: "é")),
            ("/v1/models/a%3Ab", .models(slug: nil, name: "a:b")),
            ("/llm/call/x/v1/models", .models(slug: "x", name: nil)),
            ("/llm/rest/x/models", .models(slug: "x", name: nil)),
            ("/llm/call/x/v1/models/org/name", .models(slug: "x", name: "org/name")),
        ])
    func gets(_ path: String, _ route: Route) throws {
        #expect(try Self.find(path, .get) == route)
        #expect(try Self.find(path, .head) == route)
    }

    @Test(
        "anything else is nowhere",
        arguments: [
            "/", "/v1", "/v1/", "/v1/chat", "/v1/chat/completions/", "/V1/chat/completions", "/v1/Chat/completions",
            "/v1/chat/completions;x", "/v1/chat/completions.", "/v1/chat/completionsx", "/v1/chat/completion",

            "/v1/messages/", "/v1/messages/count_tokens/", "/v1/messages/batches", "/healthz", "/admin", "/v1/keys",
            "/metrics",
            "/llm", "/llm/call", "/llm/call/x", "/llm/call/x/", "/llm/call/x/v1", "/llm/call/x/v1/",
            "/llm/call/x/v1/v1/messages",
            "/llm/call/x/v1/messages/", "/llm/CALL/x/v1/messages", "/llm/exec/x/v1/messages", "/LLM/call/x/v1/messages",
            "/llm/call/x/v1/models/", "/llm/call/x/v1/modelsx", "/v1/modelsx", "/llm/call/x/v1%2fmessages",
            "/v1%2520/models",
        ])
    func nowhere(_ path: String) {
        for method in [HTTPMethod.post, .get, .delete] {
            let failure = #expect(throws: GatewayFailure.self) { try Self.find(path, method) }
            #expect(failure?.code == .unknownRoute)
        }
    }

    @Test("a model without a name is nowhere")
    func namelessModel() {
        let failure = #expect(throws: GatewayFailure.self) { try Self.find("/v1/models/", .get) }
        #expect(failure?.code == .unknownRoute)
    }

    @Test(
        "a known path refuses other methods",
        arguments: [HTTPMethod.get, .head, .put, .patch, .delete, .options, .other])
    func methods(_ method: HTTPMethod) {
        for sample in EndpointSample.all {
            for path in [sample.path, "/llm/call/x\(sample.path)"] {
                #expect(throws: GatewayFailure(.methodNotAllowed, "This path takes POST requests only.")) {
                    try Self.find(path, method)
                }
            }
        }
        guard method != .get, method != .head else { return }
        for path in ["/v1/models", "/v1/models/gpt"] {
            #expect(throws: GatewayFailure(.methodNotAllowed, "This path takes GET requests only.")) {
                try Self.find(path, method)
            }
        }
    }
}
