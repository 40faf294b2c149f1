// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import Testing

@Suite("Clients that leave, and a process that stops")
struct DepartureTests {
    private static let draining = Configuration.sampled { $0.metering = MeteringConfiguration(onDisconnect: .drain) }

    /// A world whose client leaves at a moment of the script.
    private func world(
        _ configuration: Configuration = .sample, _ script: (_ leave: @escaping () -> Void) -> ProviderScript
    ) -> World {
        let box = WorldBox()
        let world = World(script { box.world?.client.leave() }, configuration: configuration)
        box.world = world
        return world
    }

    // MARK: Cancelling

    @Test(
        "a client that leaves while the provider thinks stops the call, which is billed as an estimate",
        arguments: EndpointSample.all)
    func leavesBeforeTheHead(_ sample: EndpointSample) async throws {
        for request in [sample.request, sample.stream?.request ?? sample.request] {
            let world = world { leave in
                var script = ProviderScript.json(sample.answer)
                script.beforeHead = leave
                return script
            }
            let client = try await world.run(Request(sample.path, request))
            #expect(client.received.isEmpty && client.state == .brokenOff)
            #expect(world.upstream.calls.map(\.ends) == [[.stopped(.clientGone)]])
            let row = try world.row
            #expect(row.ending == .clientGone && row.status == 499 && row.attempts == 1)
            #expect(row.usageSource == (sample.endpoint == .countTokens ? .none : .estimated))
        }
    }

    @Test("a client that leaves while a connection is made costs nothing, and no other target is asked")
    func leavesWhileConnecting() async throws {
        let sample = EndpointSample.chat
        let world = world { leave in
            var script = ProviderScript()
            script.beforeHead = leave
            return script
        }
        let client = try await world.run(Request(sample.path, sample.request))
        #expect(client.state == .brokenOff)
        #expect(world.upstream.requests.count == 1, "the next target was asked for nobody")
        let row = try world.row
        #expect(row.ending == .clientGone && row.status == 499 && row.attempts == 1)
        #expect(row.usage == .zero && row.cost == .priced(.zero))
    }

    @Test(
        "a client that leaves during a whole answer gets nothing, and the answer is billed as an estimate",
        arguments: EndpointSample.all)
    func leavesDuringWhole(_ sample: EndpointSample) async throws {
        let world = world { leave in
            .answer("HTTP/1.1 200 OK", [Array(sample.answer.utf8.prefix(5))], then: [.meanwhile(leave)])
        }
        let client = try await world.run(Request(sample.path, sample.request))
        #expect(client.received.isEmpty && client.state == .brokenOff)
        let row = try world.row
        #expect(row.ending == .clientGone && row.status == 499)
        #expect(world.upstream.calls.map(\.ends) == [[.stopped(.clientGone)]])
    }

    @Test(
        "a client that leaves between two events cancels the stream, and what was delivered is billed",
        arguments: EndpointSample.streaming)
    func leavesDuringStream(_ sample: EndpointSample) async throws {
        let stream = try #require(sample.stream)
        for count in 1..<stream.events.count {
            let world = world { leave in
                .events(
                    stream.events[..<count].map { Array($0.utf8) },
                    then: [.meanwhile(leave)] + stream.events[count...].map { .piece(Array($0.utf8)) })
            }
            let client = try await world.run(Request(sample.path, stream.request))
            #expect(client.state == .brokenOff)
            #expect(world.upstream.calls.map(\.ends) == [[.stopped(.clientGone)]], "after \(count)")
            let row = try world.row
            #expect(row.ending == .clientGone && row.status == 200)
            #expect(row.usageSource == (count > stream.finalUsage ? .provider : .estimated), "after \(count)")
            #expect(row.cost != .priced(.zero))
        }
    }

    @Test("a client that is found gone when written to cancels the stream", arguments: EndpointSample.streaming)
    func goneOnWrite(_ sample: EndpointSample) async throws {
        let stream = try #require(sample.stream)
        for count in 0..<(stream.shown.count - 2) {
            let world = World(.events(stream.events.map { Array($0.utf8) }))
            let client = try await world.run(Request(sample.path, stream.request)) { $0.leavesAfterWrites = count }
            #expect(client.text == stream.shown.prefix(count).joined())
            #expect(world.upstream.calls.first?.ends.contains(.cancelled) == true)
            #expect(try world.row.ending == .clientGone)
        }
    }

    // MARK: Draining

    @Test(
        "by policy a whole answer is read to its end, so that the bill is the provider's own",
        arguments: EndpointSample.all)
    func drainsWhole(_ sample: EndpointSample) async throws {
        let world = world(Self.draining) { leave in
            .answer(
                "HTTP/1.1 200 OK", [Array(sample.answer.utf8.prefix(5))],
                then: [.meanwhile(leave), .piece(Array(sample.answer.utf8.dropFirst(5)))])
        }
        let client = try await world.run(Request(sample.path, sample.request))
        #expect(client.received.isEmpty)
        #expect(world.upstream.calls.map(\.isReadToEnd) == [true])
        let row = try world.row
        #expect(
            row.usage == sample.usage && row.usageSource == sample.source
                && row.cost == .priced(NanoDollars(sample.cost)))
        #expect(row.ending == .clientGone && row.status == 499)
    }

    @Test(
        "by policy a stream is read to its end, so that the bill is the provider's own",
        arguments: EndpointSample.streaming)
    func drainsStream(_ sample: EndpointSample) async throws {
        let stream = try #require(sample.stream)
        for count in 1..<stream.events.count {
            let world = world(Self.draining) { leave in
                .events(
                    stream.events[..<count].map { Array($0.utf8) },
                    then: [.meanwhile(leave)] + stream.events[count...].map { .piece(Array($0.utf8)) })
            }
            let client = try await world.run(Request(sample.path, stream.request))
            let shown = (0..<count).filter { !stream.hidden.contains($0) }.map { stream.events[$0] }.joined()
            #expect(client.text == shown)
            let row = try world.row
            #expect(
                row.usage == sample.usage && row.usageSource == .provider
                    && row.cost == .priced(NanoDollars(sample.cost)))
            #expect(row.ending == .clientGone && row.status == 200, "after \(count)")
            #expect(world.upstream.calls.map(\.ends) == [[.released]])
        }
    }

    @Test("a drained stream that breaks is billed for what came")
    func drainedStreamBreaks() async throws {
        let sample = EndpointSample.messages
        let stream = try #require(sample.stream)
        let world = world(Self.draining) { leave in
            .events(
                stream.events[..<4].map { Array($0.utf8) },
                then: [.meanwhile(leave), .piece(Array(stream.events[4].utf8))])
        }
        try await world.run(Request(sample.path, stream.request))
        let row = try world.row
        #expect(row.ending == .clientGone && row.usageSource == .estimated)
        #expect(row.usage == Usage(prompt: 10, completion: 5, cached: 4))
    }

    // MARK: Stopping

    /// A world that is told to stop at a moment of the script.
    private func stopping(_ configuration: Configuration, _ script: (_ stop: @escaping () -> Void) -> ProviderScript)
        -> World
    {
        let box = WorldBox()
        let world = World(script { box.world?.client.shutDown() }, configuration: configuration)
        box.world = world
        return world
    }

    @Test(
        "a stream that is stopped ends in an error event, under either policy", arguments: EndpointSample.streaming,
        [false, true])
    func stoppedStream(_ sample: EndpointSample, _ drains: Bool) async throws {
        let stream = try #require(sample.stream)
        let world = stopping(drains ? Self.draining : .sample) { stop in
            .events(stream.events[..<2].map { Array($0.utf8) }, then: [.meanwhile(stop)])
        }
        let client = try await world.run(Request(sample.path, stream.request))
        #expect(client.state == .ended)
        #expect(client.text.hasPrefix(stream.events[..<2].joined() + stream.failureStart))
        #expect(client.text.contains("shutting down") && client.text.hasSuffix("\n\n"))
        let row = try world.row
        #expect(row.ending == .shutDown && row.status == 200 && row.usageSource == .estimated)
        world.expectSettledBeforeTheEnd()
    }

    @Test("a whole answer that is stopped is refused with when to come back")
    func stoppedWhole() async throws {
        let sample = EndpointSample.chat
        let world = stopping(.sample) { stop in
            .answer("HTTP/1.1 200 OK", [Array("{".utf8)], then: [.meanwhile(stop)])
        }
        let client = try await world.run(Request(sample.path, sample.request))
        #expect(client.status == 503 && client.fields["retry-after"] == "1")
        #expect(try world.row.ending == .shutDown)
    }

    @Test("a call that is stopped while it connects asks no other target")
    func stoppedWhileConnecting() async throws {
        let world = stopping(.sample) { stop in
            var script = ProviderScript()
            script.beforeHead = stop
            return script
        }
        let client = try await world.run(Request(EndpointSample.chat.path, EndpointSample.chat.request))
        #expect(client.status == 503 && world.upstream.requests.count == 1)
        #expect(try world.row.ending == .shutDown)
        #expect(try world.row.cost == .priced(.zero))
    }
}
