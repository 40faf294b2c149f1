// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite struct MessagesStreamTests {
    private static func start(_ usage: String = #"{"input_tokens":100,"output_tokens":1}"#) -> String {
        typedEvents(("message_start", "\"message\":{\"id\":\"m\",\"model\":\"claude-x\",\"usage\":\(usage)}"))
    }

    private static let text = typedEvents(
        ("content_block_start", #""index":0,"content_block":{"type":"text","text":""}"#), ("ping", ""),
        ("content_block_delta", #""index":0,"delta":{"type":"text_delta","text":"Hello"}"#),
        ("content_block_stop", #""index":0"#))

    private static func delta(_ usage: String) -> String {
        typedEvents(("message_delta", "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":\(usage)"))
    }

    private static let stop = typedEvents(("message_stop", ""))

    @Test("A whole stream is metered, forwarded as it is, and complete with message_stop")
    func whole() {
        let stream = Self.start() + Self.text + Self.delta(#"{"output_tokens":50}"#)
        var player = StreamPlayer(.messages, hidesUsage: true, stream)
        #expect(player.meter.sawFinish && !player.meter.isComplete)
        player.play(Self.stop)
        #expect(player.verdicts.allSatisfy { $0 == .forward })
        #expect(player.forwarded == Array((stream + Self.stop).utf8))
        #expect(player.meter.isComplete)
        #expect(player.meter.reading.usage == Usage(prompt: 100, completion: 50))
        #expect(player.meter.model == "claude-x")
        #expect(player.meter.deliveredCharacters == 5)
        #expect(player.meter.sawContent)
    }

    @Test(
        "Usage of the two events is merged field by field, later wins, nothing is added",
        arguments: [
            (
                #"{"input_tokens":100,"output_tokens":1}"#, #"{"input_tokens":100,"output_tokens":50}"#,
                Usage(prompt: 100, completion: 50)
            ),
            (
                #"{"input_tokens":0,"output_tokens":0}"#, #"{"input_tokens":70,"output_tokens":50}"#,
                Usage(prompt: 70, completion: 50)
            ),
            (
                #"{"input_tokens":10,"cache_read_input_tokens":90,"cache_creation_input_tokens":20,"cache_creation":{"ephemeral_1h_input_tokens":20},"output_tokens":1}"#,
                #"{"output_tokens":5,"output_tokens_details":{"thinking_tokens":3}}"#,
                Usage(prompt: 120, completion: 5, cached: 90, cacheWrite: 20, cacheWriteHour: 20, reasoning: 3)
            ),
            (
                #"{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1}"#,
                #"{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":5}"#,
                Usage(prompt: 100, completion: 5, cached: 90)
            ),
            (
                #"{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1}"#,
                #"{"input_tokens":null,"cache_read_input_tokens":null,"output_tokens":5}"#,
                Usage(prompt: 100, completion: 5, cached: 90)
            ),
        ])
    func merges(_ start: String, _ delta: String, _ expected: Usage) {
        let player = StreamPlayer(.messages, Self.start(start) + Self.delta(delta) + Self.stop)
        #expect(player.meter.reading.usage == expected)
        #expect(!player.meter.reading.isFlawed)
    }

    @Test("Usage told in message_start alone is not final, even of a stream that ends well")
    func startAlone() {
        let player = StreamPlayer(.messages, Self.start() + Self.text + Self.stop)
        #expect(player.meter.isComplete && player.meter.reading == .none)
        #expect(
            player.meter.billable(estimatedPrompt: 7)
                == MeteredUsage(usage: Usage(prompt: 100, completion: 2), source: .estimated))
    }

    @Test(
        "A message_delta without a count of the output is not final",
        arguments: ["{}", "null", #"{"output_tokens":null}"#])
    func deltaWithoutOutput(_ usage: String) {
        let player = StreamPlayer(.messages, Self.start() + Self.text + Self.delta(usage) + Self.stop)
        #expect(player.meter.reading == .none)
        #expect(player.meter.billable(estimatedPrompt: 7).usage == Usage(prompt: 100, completion: 2))
    }

    @Test("Final usage counts as the provider's, whatever becomes of the stream")
    func finalThenBroken() {
        let player = StreamPlayer(
            .messages, Self.start() + Self.text + Self.delta(#"{"output_tokens":50}"#) + events("oops"))
        #expect(!player.meter.isComplete)
        #expect(
            player.meter.billable(estimatedPrompt: 7)
                == MeteredUsage(usage: Usage(prompt: 100, completion: 50), source: .provider))
    }

    @Test(
        "Parts larger than what they are of are cut, and the count is no longer simply the provider's",
        arguments: [
            #"{"cache_creation_input_tokens":5,"cache_creation":{"ephemeral_1h_input_tokens":9},"output_tokens":50}"#,
            #"{"output_tokens":50,"output_tokens_details":{"thinking_tokens":60}}"#,
        ])
    func tooLargeParts(_ usage: String) {
        let player = StreamPlayer(.messages, Self.start() + Self.delta(usage) + Self.stop)
        #expect(player.meter.billable(estimatedPrompt: 7).source == .corrected)
        #expect(player.meter.reading.usage?.completion == 50)
    }

    @Test("Several message_delta are running totals")
    func runningTotals() {
        let player = StreamPlayer(
            .messages, Self.start() + Self.delta(#"{"output_tokens":20}"#) + Self.delta(#"{"output_tokens":50}"#))
        #expect(player.meter.reading.usage == Usage(prompt: 100, completion: 50))
    }

    @Test("A stream that breaks off is billed its input as told and its output as delivered")
    func brokenOff() {
        let player = StreamPlayer(
            .messages, Self.start(#"{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1}"#) + Self.text)
        #expect(player.meter.reading.usage == nil)
        #expect(
            player.meter.billable(estimatedPrompt: 7)
                == MeteredUsage(usage: Usage(prompt: 100, completion: 2, cached: 90), source: .estimated))
        let nothing = StreamPlayer(.messages, "")
        #expect(nothing.meter.billable(estimatedPrompt: 7) == MeteredUsage(usage: Usage(prompt: 7), source: .estimated))
    }

    @Test(
        "Counts that cannot be true are not believed",
        arguments: [
            #"{"output_tokens":-5}"#, #"{"output_tokens":1e18}"#, #"{"output_tokens":"50"}"#, #"{"output_tokens":0}"#,
            #"{"input_tokens":-1,"output_tokens":50}"#,
        ])
    func unbelievable(_ usage: String) {
        let player = StreamPlayer(.messages, Self.start() + Self.text + Self.delta(usage) + Self.stop)
        #expect(player.meter.reading.usage == nil)
        #expect(player.meter.reading.isFlawed)
        #expect(player.meter.isComplete)
    }

    @Test(
        "All kinds of generated text count as delivered",
        arguments: [
            (#"{"type":"text_delta","text":"abc"}"#, 3), (#"{"type":"thinking_delta","thinking":"ab"}"#, 2),
            (#"{"type":"input_json_delta","partial_json":"{\"a\""}"#, 6),
            (#"{"type":"signature_delta","signature":"xyz"}"#, 0), (#"{"type":"new_delta"}"#, 0),
        ])
    func delivered(_ delta: String, _ characters: Int) {
        let player = StreamPlayer(.messages, typedEvents(("content_block_delta", "\"delta\":\(delta)")))
        #expect(player.verdicts == [.forward])
        #expect(player.meter.deliveredCharacters == characters)
    }

    @Test("The name of a called tool is output too")
    func toolName() {
        let player = StreamPlayer(
            .messages,
            typedEvents(
                ("content_block_start", #""content_block":{"type":"tool_use","id":"t","name":"find","input":{}}"#)))
        #expect(player.meter.deliveredCharacters == 4)
    }

    @Test("An error event is forwarded, and the stream has failed", arguments: ["event: error\n", ""])
    func error(_ name: String) {
        let event = name + events(#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#)
        let player = StreamPlayer(.messages, Self.start() + event + Self.stop)
        #expect(player.verdicts == [.forward, .providerError, .afterEnd])
        #expect(!player.meter.isComplete)
    }

    @Test("Pings and events yet unknown are forwarded")
    func unknown() {
        let player = StreamPlayer(
            .messages, typedEvents(("ping", ""), ("content_block_annotated", #""x":[]"#)) + ": comment\n\n")
        #expect(player.verdicts == [.forward, .forward, .forward])
    }

    @Test("An event is known by its name where its data has no type")
    func byName() {
        let player = StreamPlayer(.messages, "event: message_stop\ndata: {}\n\n")
        #expect(player.meter.isComplete)
    }

    @Test("An event's type counts where its name disagrees, and in any spelling")
    func byType() {
        let player = StreamPlayer(.messages, "event: ping\ndata: {\"type\":\"message\\u005fstop\"}\n\n")
        #expect(player.meter.isComplete)
    }

    @Test("What is no JSON object is not forwarded", arguments: ["oops", "[]", #"{"type":"ping""#, "[DONE]"])
    func broken(_ data: String) {
        let player = StreamPlayer(.messages, Self.start() + events(data) + Self.stop)
        #expect(isBroken(player.verdicts.dropFirst().first))
        #expect(!player.meter.isComplete)
    }
}
