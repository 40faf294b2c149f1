// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import Testing

@Suite("Streamed answers")
struct StreamTests {
    @Test("events pass untouched, metered by the provider's own count", arguments: EndpointSample.streaming)
    func success(_ sample: EndpointSample) async throws {
        let stream = try #require(sample.stream)
        let world = World(.events(stream.events.map { Array($0.utf8) }))
        let client = try await world.run(Request(sample.path, stream.request))
        #expect(client.state == .ended && client.status == 200)
        #expect(client.text == stream.shown.joined())
        #expect(world.upstream.body() == stream.sent)
        #expect(client.fields["content-type"] == "text/event-stream; charset=utf-8")
        #expect(client.fields["cache-control"] == "no-cache, no-transform")
        #expect(client.fields["x-accel-buffering"] == "no")
        #expect(client.fields["content-length"] == nil)
        let row = try world.row
        #expect(row.ending == .complete && row.status == 200 && row.streamed && row.attempts == 1)
        #expect(row.usage == sample.usage && row.usageSource == .provider)
        #expect(row.cost == .priced(NanoDollars(sample.cost)) && row.firstToken != nil)
        #expect(world.upstream.calls.map(\.ends) == [[.released]])
        world.expectSettledBeforeTheEnd()
    }

    @Test("the client gets the same bytes wherever the provider's are cut", arguments: EndpointSample.streaming)
    func splits(_ sample: EndpointSample) async throws {
        let stream = try #require(sample.stream)
        for cut in 1..<stream.bytes.count {
            let pieces = [Array(stream.bytes[..<cut]), Array(stream.bytes[cut...])]
            let world = World(.events(pieces))
            let client = try await world.run(Request(sample.path, stream.request))
            #expect(client.text == stream.shown.joined(), "cut at \(cut)")
            #expect(try world.row.usage == sample.usage, "cut at \(cut)")
        }
        let world = World(.events(stream.bytes.map { [$0] }))
        #expect(try await world.run(Request(sample.path, stream.request)).text == stream.shown.joined(), "byte by byte")
    }

    @Test(
        "other line ends give the same events wherever they are cut", arguments: EndpointSample.streaming,
        ["\r\n", "\r"])
    func lineEnds(_ sample: EndpointSample, _ lineEnd: String) async throws {
        let stream = try #require(sample.stream)
        let bytes = Array(stream.events.joined().replacing("\n", with: lineEnd).utf8)
        let expected = Self.lines(Array(stream.shown.joined().utf8))
        for cut in 1..<bytes.count {
            let world = World(.events([Array(bytes[..<cut]), Array(bytes[cut...])]))
            let client = try await world.run(Request(sample.path, stream.request))
            #expect(Self.lines(client.received) == expected, "cut at \(cut)")
            #expect(try world.row.ending == .complete, "cut at \(cut)")
        }
    }

    @Test("no line end of a CRLF stream is torn, wherever it is cut", arguments: EndpointSample.streaming)
    func wholeLineEnds(_ sample: EndpointSample) async throws {
        let stream = try #require(sample.stream)
        let bytes = Array(stream.events.joined().replacing("\n", with: "\r\n").utf8)
        let shown = stream.shown.joined().replacing("\n", with: "\r\n")
        for cut in 1..<bytes.count {
            let world = World(.events([Array(bytes[..<cut]), Array(bytes[cut...])]))
            #expect(try await world.run(Request(sample.path, stream.request)).text == shown, "cut at \(cut)")
        }
        let world = World(.events(bytes.map { [$0] }))
        #expect(try await world.run(Request(sample.path, stream.request)).text == shown, "byte by byte")
    }

    /// The lines of a stream that are not empty, whatever ends them.
    private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map(Array.init)
    }

    @Test("each whole event is sent on when it has come, and the head before a wait")
    func promptness() async throws {
        let stream = try #require(EndpointSample.chat.stream)
        var steps: [ProviderScript.Step] = []
        let box = WorldBox()
        var shown = ""
        for (index, event) in stream.events.dropLast().enumerated() {
            let (half, rest) = (Array(event.utf8.prefix(9)), Array(event.utf8.dropFirst(9)))
            let before = shown
            if !stream.hidden.contains(index) { shown += event }
            let after = shown
            steps += [
                .meanwhile { #expect(box.world?.timeline.index(of: .began) != nil) },
                .piece(half), .meanwhile { #expect(box.world?.client.text == before) }, .piece(rest),
                .meanwhile { #expect(box.world?.client.text == after) },
            ]
        }
        steps.append(.piece(Array("data: [DONE]\n\n".utf8)))
        let world = World(ProviderScript(head: "HTTP/1.1 200 OK\ncontent-type: text/event-stream", steps: steps))
        box.world = world
        let client = try await world.run(Request(EndpointSample.chat.path, stream.request))
        #expect(client.text == stream.shown.joined())
        #expect(world.timeline.moments.prefix(4) == [.opened, .asked("primary"), .began, .flushed])
    }

    @Test("the usage chunk is shown to a client that asked for it, and to one whose provider tells it anyway")
    func shownUsage() async throws {
        let stream = try #require(EndpointSample.chat.stream)
        let asked = #"{"model":"gpt","messages":[],"stream":true,"stream_options":{"include_usage":true}}"#
        let world = World(.events([stream.bytes]))
        #expect(try await world.run(Request(EndpointSample.chat.path, asked)).text == stream.events.joined())
        #expect(world.upstream.body() == asked.replacing("gpt", with: "gpt-real"))

        let unasked = #"{"model":"plain","messages":[],"stream":true}"#
        let plain = World(.events([stream.bytes]))
        #expect(try await plain.run(Request(EndpointSample.chat.path, unasked)).text == stream.events.joined())
        #expect(plain.upstream.body() == unasked)
    }

    @Test("a stream without usage is estimated from what was delivered", arguments: EndpointSample.streaming)
    func missingUsage(_ sample: EndpointSample) async throws {
        let stream = try #require(sample.stream)
        let events = stream.events.map { event in
            event.replacing(#/,?"usage":\{("[a-z_]+":\{[^}]*\}|[^{}])*\}/#, with: "").replacing(
                "\"choices\":[]}", with: "\"choices\":[],\"x\":1}")
        }
        let world = World(.events(events.map { Array($0.utf8) }))
        let client = try await world.run(Request(sample.path, stream.request))
        #expect(client.state == .ended)
        let row = try world.row
        #expect(row.ending == .complete && row.usageSource == .estimated)
        #expect(
            row.usage.prompt == world.ledger.openings.first?.estimatedPrompt && (1...8).contains(row.usage.completion),
            "\(row.usage)")
    }

    @Test("what comes after the end is dropped, and the call let go", arguments: EndpointSample.streaming)
    func afterTheEnd(_ sample: EndpointSample) async throws {
        let stream = try #require(sample.stream)
        let more = stream.bytes + Array((stream.events.last ?? "").utf8) + stream.bytes
        let world = World(.events([more]))
        let client = try await world.run(Request(sample.path, stream.request))
        #expect(client.text == stream.shown.joined())
        #expect(try world.row.ending == .complete)
    }

    @Test(
        "a stream under another content type, or none, is still a stream",
        arguments: [
            "text/plain", "application/octet-stream", "application/json", nil,
        ] as [String?])
    func otherTypes(_ type: String?) async throws {
        for sample in EndpointSample.streaming {
            let stream = try #require(sample.stream)
            let head = "HTTP/1.1 200 OK" + (type.map { "\ncontent-type: \($0)" } ?? "")
            let world = World(.answer(head, [stream.bytes]))
            let client = try await world.run(Request(sample.path, stream.request))
            #expect(client.text == stream.shown.joined())
            #expect(client.fields["content-type"] == "text/event-stream; charset=utf-8")
        }
    }

    @Test("events of a mebibyte pass")
    func largeEvents() async throws {
        let sample = EndpointSample.chat
        let stream = try #require(sample.stream)
        let text = String(repeating: "x", count: 1 << 20)
        let large = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(text)\"}}]}\n\n"
        let bytes = Array((stream.events[0] + large + stream.events[4] + stream.events[5] + "data: [DONE]\n\n").utf8)
        let pieces = stride(from: 0, to: bytes.count, by: 60_000).map {
            Array(bytes[$0..<min(bytes.count, $0 + 60_000)])
        }
        let world = World(.events(pieces))
        let client = try await world.run(Request(sample.path, stream.request))
        #expect(client.text == stream.events[0] + large + stream.events[4] + "data: [DONE]\n\n")
    }

    @Test("an event without end is not held for ever")
    func endlessEvent() async throws {
        let sample = EndpointSample.chat
        let stream = try #require(sample.stream)
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let world = World(
            .events([Array(stream.events[0].utf8), Array("data: ".utf8)] + Array(repeating: piece, count: 20)))
        let client = try await world.run(Request(sample.path, stream.request))
        #expect(client.text.hasPrefix(stream.events[0] + "data: {\"error\":{") && client.received.count < 2000)
        #expect(
            try JSON.error(String(client.text.dropFirst(stream.events[0].count + 6)))["code"] as? String
                == "answer_too_large")
        #expect(world.upstream.calls.map(\.ends) == [[.cancelled]])
        #expect(try world.row.ending == .providerFailed)
    }

    @Test("times of a stream: first token when the first text goes out")
    func firstToken() async throws {
        let sample = EndpointSample.chat
        let stream = try #require(sample.stream)
        let box = WorldBox()
        let wait = ProviderScript.Step.meanwhile { box.world?.clock.advance(milliseconds: 100) }
        var script = ProviderScript.events([])
        script.beforeHead = { box.world?.clock.advance(milliseconds: 40) }
        script.steps = stream.events.flatMap { [wait, .piece(Array($0.utf8))] }
        let world = World(script)
        box.world = world
        try await world.run(Request(sample.path, stream.request))
        let row = try world.row
        // The first event has no text, the second has.
        #expect(row.firstToken == 240_000 && row.latency == 740_000 && row.overhead == 0)
    }

    @Test("what is delivered is noted as it goes, for a process that dies")
    func notes() async throws {
        let sample = EndpointSample.messages
        let stream = try #require(sample.stream)
        let world = World(.events(stream.events.map { Array($0.utf8) }))
        try await world.run(Request(sample.path, stream.request))
        #expect(world.ledger.notes.count >= stream.events.count - 1)
        #expect(world.ledger.notes.last == 5, "17 bytes of text")
        #expect(world.ledger.notes.first == 0)
    }
}
