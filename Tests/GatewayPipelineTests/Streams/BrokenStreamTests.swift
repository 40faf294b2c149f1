// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import Testing

@Suite("Streams that break")
struct BrokenStreamTests {
    /// How a stream stops before its end.
    enum Break: Sendable, CaseIterable {
        case closed, reset, idle, total

        var step: ProviderScript.Step? {
            switch self {
            case .closed: nil
            case .reset: .failure(CallFailure(.broken, "x"))
            case .idle: .failure(CallFailure(.idleTimeout, "x"))
            case .total: .failure(CallFailure(.totalTimeout, "x"))
            }
        }

        var ending: Ending {
            switch self {
            case .closed, .reset: .providerFailed
            case .idle, .total: .timedOut
            }
        }
    }

    @Test(
        "a stream cut at any byte ends in one error event after whole events", arguments: EndpointSample.streaming,
        Break.allCases)
    func cuts(_ sample: EndpointSample, _ how: Break) async throws {
        let stream = try #require(sample.stream)
        // Without the last two bytes, which are a line end and the blank line, the stream is whole.
        let whole = stream.bytes.count - 2
        // Every byte for one way of breaking, every ninth for the others.
        for cut in stride(from: 0, to: whole, by: how == .closed ? 1 : 9) {
            let world = World(
                .events([Array(stream.bytes[..<cut])].filter { !$0.isEmpty }, then: how.step.map { [$0] } ?? []))
            let client = try await world.run(Request(sample.path, stream.request))
            let told = Self.wholeEvents(stream, before: cut)
            #expect(client.state == .ended && client.status == 200)
            try Self.expectErrorEvent(
                client.text, after: told.filter { !stream.hidden.contains($0) }.map { stream.events[$0] }.joined(),
                stream, "cut at \(cut)")
            let row = try world.row
            #expect(row.ending == how.ending && row.status == 200, "cut at \(cut)")
            #expect(row.usageSource == (told.contains(stream.finalUsage) ? .provider : .estimated), "cut at \(cut)")
            #expect(row.cost != .priced(.zero) && row.usage.prompt > 0)
            world.expectSettledBeforeTheEnd()
        }
    }

    /// The events that have come when the provider stopped after `cut` bytes. One that has data is there without its line
    /// ends.
    private static func wholeEvents(_ stream: StreamSample, before cut: Int) -> [Int] {
        var told: [Int] = []
        var end = 0
        for (index, event) in stream.events.enumerated() {
            end += event.utf8.count
            guard end <= cut || end - 2 <= cut && event.contains("data: ") else { break }
            told.append(index)
        }
        return told
    }

    @Test(
        "a stream that lacks but its last line end is whole, and gets what a reader needs to see it",
        arguments: EndpointSample.streaming, Break.allCases)
    func missingLineEnd(_ sample: EndpointSample, _ how: Break) async throws {
        let stream = try #require(sample.stream)
        for lineEnd in ["\n", "\r\n", "\r"] {
            let shown = stream.shown.joined().replacing("\n", with: lineEnd)
            let bytes = Array(stream.events.joined().replacing("\n", with: lineEnd).utf8)
            for missing in 1...2 * lineEnd.utf8.count {
                let world = World(
                    .events([Array(bytes.dropLast(missing))], then: how.step.map { [$0] } ?? []))
                let client = try await world.run(Request(sample.path, stream.request))
                #expect(
                    client.state == .ended && client.text == shown, "\(lineEnd.debugDescription) without \(missing)")
                let row = try world.row
                #expect(row.ending == .complete && row.usageSource == .provider && row.usage == sample.usage)
                world.expectSettledBeforeTheEnd()
            }
        }
    }

    /// `text` is `start` and one error event of the gateway's own, and nothing says that the stream is whole.
    private static func expectErrorEvent(
        _ text: String, after start: String, _ stream: StreamSample, _ comment: String
    ) throws {
        #expect(text.hasPrefix(start), "\(comment)")
        let event = String(text.dropFirst(start.count))
        #expect(event.hasPrefix(stream.failureStart) && event.hasSuffix("}\n\n"), "\(comment): \(event)")
        #expect(event.split(separator: "\n\n").count == 1, "\(comment): more than one event")
        let data = try #require(event.split(separator: "data: ", maxSplits: 1).last, "\(comment)")
        #expect(try JSON.error(String(data))["message"] is String, "\(comment)")
        for end in ["[DONE]", "message_stop", "response.completed"] { #expect(!text.contains(end), "\(comment)") }
    }

    @Test("the input of a cut Anthropic stream is billed as the provider told it")
    func toldInput() async throws {
        let sample = EndpointSample.messages
        let stream = try #require(sample.stream)
        let world = World(.events(stream.events.prefix(5).map { Array($0.utf8) }))
        try await world.run(Request(sample.path, stream.request))
        let row = try world.row
        // "Hello, " and "wörld ✓": 17 bytes of text, so 5 tokens.
        #expect(row.usage == Usage(prompt: 10, completion: 5, cached: 4))
        #expect(row.usageSource == .estimated)
        // 6 fresh at $3, 4 cached at $0.30, 5 out at $15 a million.
        #expect(row.cost == .priced(NanoDollars(18_000 + 1_200 + 75_000)))
    }

    @Test(
        "a stream cut after its usage was told is billed by it, and says that it was not whole",
        arguments: EndpointSample.streaming)
    func cutAfterUsage(_ sample: EndpointSample) async throws {
        guard sample.endpoint != .responses else { return }
        let stream = try #require(sample.stream)
        let world = World(.events(stream.events.dropLast().map { Array($0.utf8) }))
        try await world.run(Request(sample.path, stream.request))
        let row = try world.row
        #expect(row.usage == sample.usage && row.cost == .priced(NanoDollars(sample.cost)))
        #expect(row.ending == .providerFailed && row.usageSource == .provider)
    }

    @Test(
        "the provider's own error event passes, ends the stream and never counts as its end",
        arguments: EndpointSample.streaming)
    func errorEvents(_ sample: EndpointSample) async throws {
        let stream = try #require(sample.stream)
        for count in 0..<stream.events.count {
            let before = stream.events[..<count].joined()
            let shown = (0..<count).filter { !stream.hidden.contains($0) }.map { stream.events[$0] }.joined()
            let world = World(.events([Array((before + stream.errorEvent + stream.events[count]).utf8)]))
            let client = try await world.run(Request(sample.path, stream.request))
            #expect(client.state == .ended && client.text == shown + stream.errorEvent, "after \(count)")
            let row = try world.row
            #expect(row.ending == .providerError && row.status == 200)
            #expect(row.usageSource == (count > stream.finalUsage ? .provider : .estimated), "after \(count)")
            #expect(world.upstream.calls.map(\.ends) == [[.cancelled]])
            world.expectSettledBeforeTheEnd()
        }
    }

    @Test(
        "garbage in a stream is not passed on", arguments: EndpointSample.streaming,
        [
            "data: {\"choices\":\n\n", "data: <html>\n\n", "data: []\n\n", "data: null\n\n", "data: \u{0}\n\n",
            "data: {\"a\":1}}\n\n",
        ])
    func garbage(_ sample: EndpointSample, _ event: String) async throws {
        let stream = try #require(sample.stream)
        for count in 0..<stream.events.count {
            let before = stream.events[..<count].joined()
            let shown = (0..<count).filter { !stream.hidden.contains($0) }.map { stream.events[$0] }.joined()
            let world = World(.events([Array((before + event + stream.events[count]).utf8)]))
            let client = try await world.run(Request(sample.path, stream.request))
            try Self.expectErrorEvent(client.text, after: shown, stream, "after \(count)")
            #expect(try world.row.ending == .providerFailed)
            #expect(world.upstream.calls.map(\.ends) == [[.cancelled]])
        }
    }

    @Test(
        "a compressed stream is refused before anything of it is sent, and the call is ended",
        arguments: EndpointSample.streaming)
    func compressed(_ sample: EndpointSample) async throws {
        let stream = try #require(sample.stream)
        let head = "HTTP/1.1 200 OK\ncontent-type: text/event-stream\ncontent-encoding: gzip"
        let world = World(.answer(head, [stream.bytes]))
        let client = try await world.run(Request(sample.path, stream.request))
        #expect(client.state == .answered && client.status == 502)
        #expect(world.upstream.calls.map(\.ends) == [[.cancelled]])
        #expect(try world.row.ending == .providerFailed)
        try world.expectInputBilled()
    }

    @Test(
        "an answer to a stream that is neither events nor JSON is refused with a status",
        arguments: [
            "", "<html></html>", "{\"choices\":", "hello", "{}",
        ])
    func noStream(_ body: String) async throws {
        for sample in EndpointSample.streaming {
            let stream = try #require(sample.stream)
            let pieces = body.isEmpty ? [] : [Array(body.utf8)]
            let world = World(.answer("HTTP/1.1 200 OK\ncontent-type: text/html", pieces))
            let client = try await world.run(Request(sample.path, stream.request))
            #expect(client.state == .answered && client.status == 502)
            #expect(try world.row.ending == .providerFailed)
            try world.expectInputBilled()
        }
    }

    @Test("a redirect or an error instead of a stream has a status of its own", arguments: [302, 429, 500])
    func otherStatuses(_ status: Int) async throws {
        for sample in EndpointSample.streaming {
            let stream = try #require(sample.stream)
            let world = World(
                .answer("HTTP/1.1 \(status) X\nlocation: /", [Array("{\"error\":{}}".utf8)]),
                configuration: .withoutFallback)
            let client = try await world.run(Request(sample.path, stream.request))
            #expect(client.state == .answered && client.status == (status == 302 ? 502 : status))
        }
    }
}
