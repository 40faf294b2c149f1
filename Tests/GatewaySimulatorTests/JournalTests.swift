// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Testing

@testable import GatewaySimulator

@Suite("Journal")
struct JournalTests {
    @Test("an entry tells what came and what was served, without the credential")
    func entry() async throws {
        try await Provider.run { provider in
            var headers = Provider.openAI
            headers[try #require(HTTPField.Name("x-request-id"))] = "gateway-17"
            headers[try #require(HTTPField.Name("x-other"))] = "kept"
            let body: JSON = [
                "model": "gpt-4o", "messages": [["role": "user", "content": "Hello there"]],
                "metadata": ["marker": "m-1"], "user": "u-1",
            ]
            let answer = try await provider.send("/v1/chat/completions", body, headers: headers)
            let entry = try await provider.lastEntry()
            #expect(entry["sequence"] == 1 && entry["endpoint"] == "chat_completions" && entry["model"] == "gpt-4o")
            #expect(entry["marker"] == "m-1" && entry["request_id"] == "gateway-17")
            #expect(entry["provider_request_id"]?.text == answer.header("x-request-id"))
            #expect(try entry["answer_id"] == answer.json["id"])
            #expect(entry["credential"] == "****6789" && entry["headers"]?["authorization"] == "****6789")
            #expect(!entry.encoded.contains("sk-test"))
            #expect(entry["headers"]?["x-other"] == "kept")
            #expect(entry["body"]?.text == body.encoded && entry["body_bytes"]?.integer == body.encoded.utf8.count)
            #expect(entry["status"] == 200 && entry["ended"] == "complete" && entry["stream"] == false)
            let usage = try answer.json["usage"]
            #expect(entry["prompt_tokens"] == usage?["prompt_tokens"])
            #expect(entry["completion_tokens"] == usage?["completion_tokens"])
            let time = try #require(entry["time"]?.text)
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            #expect(abs(try style.parse(time).timeIntervalSinceNow) < 60)
        }
    }

    @Test("the end of a user stands in for a marker", arguments: ["chat", "message"])
    func markers(kind: String) async throws {
        try await Provider.run { provider in
            if kind == "chat" {
                _ = try await provider.chat("x", ["user": "m-2"])
            } else {
                _ = try await provider.message("x", ["metadata": ["user_id": "m-2"]])
            }
            #expect(try await provider.lastEntry()["marker"] == "m-2")
        }
    }

    @Test("entries can be read from a number on, and forgotten")
    func since() async throws {
        try await Provider.run { provider in
            for text in ["a", "b", "c"] { _ = try await provider.chat(text) }
            #expect(try await provider.journal(since: 1).compactMap { $0["sequence"]?.integer } == [2, 3])
            try await provider.clearJournal()
            #expect(try await provider.journal().isEmpty)
            _ = try await provider.chat("d")
            #expect(try await provider.journal().compactMap { $0["sequence"]?.integer } == [4])
            #expect(try await provider.get("/health").json == ["status": "ok"])
        }
    }

    @Test("refused requests are written down too")
    func refused() async throws {
        try await Provider.run { provider in
            _ = try await provider.send("/v1/chat/completions", text: "{", headers: [:])
            let entry = try await provider.lastEntry()
            #expect(entry["status"] == 401 && entry["credential"] == .null && entry["body"] == "{")
            #expect(entry["prompt_tokens"] == 0)
        }
    }

    @Test("a client that hangs up is noticed and billed for what it got")
    func clientGone() async throws {
        try await Provider.run { provider in
            let body = #"{"model":"m+delay=300","stream":true,"messages":[{"role":"user","content":"Hello"}]}"#
            let connection = try await RawConnection.chat("/v1/chat/completions", body: body, port: provider.port)
            let (text, _) = try await connection.receive { $0.components("data: ") == 3 }
            connection.hangUp()
            let entry = try await provider.lastEntry()
            #expect(entry["ended"] == "client_gone")
            let whole = try await provider.chat("Hello").json["usage"]?["completion_tokens"]?.integer ?? 0
            #expect(try #require(entry["completion_tokens"]?.integer) < whole)
            #expect(entry["chunks"]?.integer ?? 0 >= text.components("data: "))
        }
    }

    @Test("entries and bodies are bounded, the oldest go first")
    func bounded() {
        let journal = Journal(capacity: 8, bodyCapacity: 100)
        for _ in 0..<9 {
            _ = journal.open(
                JournalEntry.Opening(
                    time: Date(), endpoint: .models, method: "GET", path: "/", headers: [], bodyBytes: 40,
                    body: String(repeating: "x", count: 40)))
        }
        let entries = journal.entries(after: 0)
        #expect(entries.map(\.sequence) == [3, 4, 5, 6, 7, 8, 9])
        #expect(entries.map { $0.opening.body != nil } == [false, false, false, false, false, true, true])
        #expect(journal.entries(after: 7).map(\.sequence) == [8, 9])
    }
}
