// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdTesting
import Testing

@testable import GatewaySimulator

private let plain = #"{"model":"m","messages":[{"role":"user","content":"Hello there"}]}"#
private let streamed = #"{"model":"m","stream":true,"messages":[{"role":"user","content":"Hello there"}]}"#

@Suite("Misbehaviour")
struct FaultTests {
    /// What arrived of an answer, how its connection ended, and what the journal says.
    private struct Outcome {
        var text: String
        var end: RawConnection.End
        var entry: JSON
    }

    /// Sends a request and reads until its connection ends.
    private func broken(_ spec: String, _ body: String) async throws -> Outcome {
        let outcome = Box<Outcome?>(nil)
        try await Provider.run { provider in
            let connection = try await RawConnection.chat(
                "/sim/\(spec)/v1/chat/completions", body: body, port: provider.port)
            let (text, end) = try await connection.receive()
            connection.hangUp()
            outcome.value = Outcome(text: text, end: end, entry: try await provider.lastEntry())
        }
        return try #require(outcome.value)
    }

    private func events(in text: String) -> Int { text.components("data: ") }

    @Test("a stream is cut after exactly as many chunks", arguments: [0, 1, 3, 10])
    func cutStream(count: Int) async throws {
        let outcome = try await broken("cut=\(count)", streamed)
        #expect(outcome.text.hasPrefix("HTTP/1.1 200 OK"))
        #expect(outcome.end == .closed)
        #expect(events(in: outcome.text) == count)
        #expect(!outcome.text.hasSuffix("0\r\n\r\n"), "a cut stream must not look complete")
        #expect(outcome.entry["ended"] == "fault:cut" && outcome.entry["chunks"]?.integer == count)
        #expect(outcome.entry["reported"] == .null)
    }

    @Test("a cut stream is billed for what was delivered")
    func cutBill() async throws {
        let outcome = try await broken("cut=5", streamed)
        let pieces = outcome.text.split(separator: "data: ").compactMap { event in
            let json = event.prefix { $0 != "\n" }
            return try? JSON.read(String(json))["choices"]?[0]?["delta"]?["content"]?.text
        }
        #expect(pieces.count == 5)
        #expect(outcome.entry["completion_tokens"]?.integer == (pieces.joined().utf8.count + 3) / 4)
        #expect(outcome.entry["prompt_tokens"] == 3)
    }

    @Test("a whole answer is cut in the middle of its body, and billed whole")
    func cutBody() async throws {
        let outcome = try await broken("cut=3", plain)
        let (head, body) = try #require(outcome.text.parted(at: "\r\n\r\n"))
        let length = try #require(head.lowercased().parted(at: "content-length: ")?.1.prefix { $0.isNumber })
        #expect(outcome.end == .closed)
        #expect(body.utf8.count == (Int(length) ?? 0) * 3 / 8)
        #expect(outcome.entry["ended"] == "fault:cut")
        #expect(outcome.entry["completion_tokens"]?.integer ?? 0 > 20)
    }

    @Test(
        "a stall sends nothing more, and leaves the connection open",
        arguments: [(streamed, "data: ", 2), (plain, "{", 1)])
    func stall(body: String, mark: String, count: Int) async throws {
        try await Provider.run { provider in
            let connection = try await RawConnection.chat(
                "/sim/stall=2/v1/chat/completions", body: body, port: provider.port)
            let (first, _) = try await connection.receive { $0.components(mark) >= count }
            #expect(first.hasPrefix("HTTP/1.1 200 OK"))
            let (_, end) = try await connection.receive(patience: 300)
            #expect(end == .open)
            connection.hangUp()
            let entry = try await provider.lastEntry()
            #expect(entry["ended"] == "fault:stall" && entry["chunks"] == 2)
        }
    }

    @Test("a connection can be reset before any byte")
    func reset() async throws {
        let outcome = try await broken("reset", plain)
        #expect(outcome.text.isEmpty && outcome.end == .reset)
        #expect(outcome.entry["ended"] == "fault:reset" && outcome.entry["prompt_tokens"] == 0)
    }

    @Test("a request can be left without any answer")
    func hang() async throws {
        try await Provider.run { provider in
            let connection = try await RawConnection.chat(
                "/sim/hang/v1/chat/completions", body: plain, port: provider.port)
            while try await provider.get("/journal").json.elements?.isEmpty == true {
                try await Task.sleep(for: .milliseconds(10))
            }
            let (text, end) = try await connection.receive(patience: 300)
            #expect(text.isEmpty && end == .open)
            connection.hangUp()
            let entry = try await provider.lastEntry()
            #expect(entry["ended"] == "fault:hang" && entry["prompt_tokens"] == 0)
        }
    }

    @Test("a connection can break in the middle of the head")
    func cutHead() async throws {
        let outcome = try await broken("cut_head", plain)
        #expect(outcome.end == .closed)
        #expect(outcome.text.hasPrefix("HTTP/1.1 200 OK\r\n") && !outcome.text.contains("\r\n\r\n"))
    }

    @Test("garbage stands between chunks that are fine")
    func garbage() async throws {
        try await Provider.run { provider in
            let answer = try await provider.chat("Hi", ["stream": true], at: "/sim/garbage=2/v1/chat/completions")
            let bad = answer.data.enumerated().filter { _, data in
                data != "[DONE]" && (try? JSON.read(data)) == nil
            }
            #expect(bad.map(\.offset) == [2])
            #expect(answer.data.last == "[DONE]")
            let whole = try await provider.chat("Hi", at: "/sim/garbage=2/v1/chat/completions")
            #expect(whole.status == 200)
            #expect(throws: JSONFailure.self) { try whole.json }
        }
    }

    @Test("an error in a stream comes in the dialect's form and ends it")
    func inBandError() async throws {
        try await Provider.run { provider in
            let chat = try await provider.chat("Hi", ["stream": true, "model": "m+error=3"])
            #expect(chat.data.count == 4)
            #expect(try chat.events.last?["error"]?["type"] == "server_error")
            let message = try await provider.message("Hi", ["stream": true, "model": "c+error=3"])
            #expect(message.text.contains("event: error\n"))
            #expect(try message.events.last?["error"]?["type"] == "overloaded_error")
            let response = try await provider.send(
                "/v1/responses", ["model": "m+error=3", "input": "x", "stream": true])
            #expect(try response.events.last?["type"] == "response.failed")
            #expect(try response.events.last?["sequence_number"] == 3)
            #expect(try await provider.lastEntry()["ended"] == "fault:error")
            #expect(try await provider.chat("Hi", ["model": "m+error=3"]).status == 500)
        }
    }

    @Test("the end of a stream can be missing")
    func withoutEnd() async throws {
        try await Provider.run { provider in
            let chat = try await provider.chat("Hi", ["stream": true, "model": "m+nodone"])
            #expect(!chat.text.contains("[DONE]"))
            let message = try await provider.message("Hi", ["stream": true, "model": "m+nodone"])
            #expect(!message.text.contains("message_stop") && message.text.contains("message_delta"))
            let response = try await provider.send(
                "/v1/responses", ["model": "m+nodone", "input": "x", "stream": true])
            #expect(!response.text.contains("response.completed"))
        }
    }

    @Test("usage can be missing or a lie, and the journal knows both")
    func usage() async throws {
        try await Provider.run { provider in
            #expect(try await provider.chat("Hi", ["model": "m+nousage"]).json["usage"] == nil)
            #expect(try await provider.lastEntry()["reported"] == .null)
            #expect(try await provider.message("Hi", ["model": "m+nousage"]).json["usage"] == nil)
            let lie = try await provider.chat("Hi", ["model": "m+usage=1000:50"]).json["usage"]
            #expect(lie?["prompt_tokens"] == 1000 && lie?["completion_tokens"] == 50 && lie?["total_tokens"] == 1050)
            let entry = try await provider.lastEntry()
            #expect(entry["prompt_tokens"] == 1 && entry["reported"]?["prompt_tokens"] == 1000)
            let cached = try await provider.chat("Hello there", ["model": "m+cached=2"]).json["usage"]
            #expect(cached?["prompt_tokens_details"]?["cached_tokens"] == 2)
        }
    }

    @Test(
        "statuses come with the dialect's error",
        arguments: [(400, "invalid_request_error"), (429, "requests"), (500, "server_error"), (503, "server_error")])
    func statuses(status: Int, type: String) async throws {
        try await Provider.run { provider in
            let answer = try await provider.chat("Hi", at: "/sim/status=\(status),retry_after=7/v1/chat/completions")
            #expect(answer.status == status)
            #expect(try answer.json["error"]?["type"] == .string(type))
            #expect(answer.header("retry-after") == "7")
            let message = try await provider.message("Hi", ["model": "c+status=529"])
            #expect(message.status == 529)
            #expect(try message.json["error"]?["type"] == "overloaded_error")
        }
    }

    @Test("what answers may not be the provider at all")
    func strangers() async throws {
        try await Provider.run { provider in
            let page = try await provider.chat("Hi", ["model": "m+html"])
            #expect(page.status == 200 && page.text.hasPrefix("<!DOCTYPE html>"))
            #expect(page.header("content-type")?.hasPrefix("text/html") == true)
            let moved = try await provider.chat("Hi", ["model": "m+redirect=http://127.0.0.1:1/x"])
            #expect(moved.status == 307 && moved.header("location") == "http://127.0.0.1:1/x")
            let typed = try await provider.chat("Hi", ["model": "m+content_type=text/plain"])
            #expect(typed.header("content-type") == "text/plain")
            #expect(try typed.json["object"] == "chat.completion")
        }
    }

    @Test("answers can be as long and as finely cut as wanted")
    func sizes() async throws {
        try await Provider.run { provider in
            let big = try await provider.chat("Hi", ["model": "m+big=300000"]).json
            #expect(big["choices"]?[0]?["message"]?["content"]?.text?.utf8.count == 300_000)
            #expect(big["usage"]?["completion_tokens"] == 75_000)
            let events = try await provider.chat("Hi", ["model": "m+chunks=120", "stream": true]).events
            #expect(events.count { $0["choices"]?[0]?["delta"]?["content"]?.text?.isEmpty == false } == 120)
        }
    }

    @Test("pauses last at least as long as asked")
    func pauses() async throws {
        try await Provider.run { provider in
            let clock = ContinuousClock()
            let spent = try await clock.measure {
                _ = try await provider.chat("Hi", ["model": "m+first_byte=120,delay=20,chunks=4", "stream": true])
            }
            // 120 ms before the head, then 20 ms before each of the chunks but the first.
            #expect(spent >= .milliseconds(120 + 20 * 6))
        }
    }

    @Test("a fault can hit the first requests only, or each n-th")
    func frequency() async throws {
        try await Provider.run { provider in
            let statuses = { (spec: String, count: Int) in
                try await (0..<count).map { $0 }.asyncMap { _ in
                    try await provider.chat("Hi", at: "/sim/\(spec)/v1/chat/completions").status
                }
            }
            #expect(try await statuses("status=500,times=2", 4) == [500, 500, 200, 200])
            #expect(try await statuses("status=503,every=2", 4) == [200, 503, 200, 503])
            try await provider.clearJournal()
            #expect(try await statuses("status=500,times=2", 1) == [500])
        }
    }

    @Test("the directives of header, path and model work alike, and unknown ones are named")
    func places() async throws {
        try await Provider.run { provider in
            var headers = Provider.openAI
            headers[try #require(HTTPField.Name("x-sim"))] = "status=418"
            let body: JSON = ["model": "m", "messages": [["role": "user", "content": "x"]]]
            #expect(try await provider.send("/v1/chat/completions", body, headers: headers).status == 418)
            #expect(try await provider.chat("x", ["model": "m+status=419+retry_after=1"]).status == 419)
            #expect(try await provider.chat("x", at: "/sim/status=420/v1/chat/completions").status == 420)
            let unknown = try await provider.chat("x", ["model": "m+brake=3"])
            #expect(unknown.status == 400 && unknown.text.contains("brake") && unknown.text.contains("nodone"))
            #expect(try await provider.chat("x", ["model": "m+delay=0"]).json["model"] == "m")
        }
    }
}

extension String {
    /// How often `part` occurs.
    func components(_ part: String) -> Int { split(separator: part, omittingEmptySubsequences: false).count - 1 }

    func parted(at mark: String) -> (String, String)? {
        firstRange(of: mark).map { (String(self[..<$0.lowerBound]), String(self[$0.upperBound...])) }
    }
}
