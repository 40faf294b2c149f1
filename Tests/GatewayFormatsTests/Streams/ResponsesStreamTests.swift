// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite struct ResponsesStreamTests {
    private static let created = typedEvents(
        (
            "response.created",
            #""sequence_number":0,"response":{"id":"r","model":"gpt-5","status":"in_progress","usage":null}"#
        ))
    private static let delta = typedEvents(("response.output_text.delta", #""item_id":"i","delta":"Hello""#))

    private static func end(_ type: String) -> String {
        typedEvents(
            (
                type,
                #""response":{"id":"r","model":"gpt-5","usage":{"input_tokens":9,"output_tokens":3,"total_tokens":12,"input_tokens_details":{"cached_tokens":4},"output_tokens_details":{"reasoning_tokens":1}}}"#
            ))
    }

    @Test(
        "A whole stream is metered, and complete with its last event",
        arguments: ["response.completed", "response.incomplete"])
    func whole(_ type: String) {
        var player = StreamPlayer(.responses, hidesUsage: true, Self.created + Self.delta)
        #expect(!player.meter.isComplete)
        #expect(player.meter.reading.usage == nil)
        #expect(
            player.meter.billable(estimatedPrompt: 5)
                == MeteredUsage(usage: Usage(prompt: 5, completion: 2), source: .estimated))
        player.play(Self.end(type))
        #expect(player.verdicts == [.forward, .forward, .forward])
        #expect(player.meter.isComplete && player.meter.sawFinish)
        #expect(player.meter.reading.usage == Usage(prompt: 9, completion: 3, cached: 4, reasoning: 1))
        #expect(player.meter.model == "gpt-5")
        #expect(player.meter.deliveredCharacters == 5)
    }

    @Test(
        "Text, reasoning and arguments count as delivered; audio does not",
        arguments: [
            ("response.output_text.delta", 5), ("response.reasoning_summary_text.delta", 5),
            ("response.reasoning_text.delta", 5),
            ("response.function_call_arguments.delta", 5), ("response.refusal.delta", 5),
            ("response.something_new.delta", 5), ("response.audio.delta", 0),
        ])
    func delivered(_ type: String, _ characters: Int) {
        let player = StreamPlayer(.responses, typedEvents((type, #""delta":"12345""#)))
        #expect(player.meter.deliveredCharacters == characters)
        #expect(player.meter.sawContent == (characters > 0))
    }

    @Test("The text that done events repeat does not count again")
    func repeatedText() {
        let player = StreamPlayer(
            .responses, Self.delta + typedEvents(("response.output_text.done", #""text":"Hello""#)))
        #expect(player.meter.deliveredCharacters == 5)
    }

    @Test("A failed response is an error whose usage counts")
    func failed() {
        let player = StreamPlayer(
            .responses, Self.created + Self.end("response.failed") + Self.end("response.completed"))
        #expect(player.verdicts == [.forward, .providerError, .afterEnd])
        #expect(!player.meter.isComplete)
        #expect(player.meter.reading.usage == Usage(prompt: 9, completion: 3, cached: 4, reasoning: 1))
    }

    @Test("Usage is taken from the last event alone")
    func lastEventAlone() {
        let early = typedEvents(
            ("response.in_progress", #""response":{"usage":{"input_tokens":0,"output_tokens":0,"total_tokens":0}}"#))
        let cut = StreamPlayer(.responses, Self.created + early + Self.delta)
        #expect(cut.meter.reading == .none)
        #expect(
            cut.meter.billable(estimatedPrompt: 5)
                == MeteredUsage(usage: Usage(prompt: 5, completion: 2), source: .estimated))
        for type in ["response.completed", "response.incomplete", "response.failed"] {
            let player = StreamPlayer(.responses, Self.created + early + Self.delta + Self.end(type))
            #expect(player.meter.billable(estimatedPrompt: 5).source == .provider)
        }
        let silent = StreamPlayer(
            .responses, Self.created + Self.delta + typedEvents(("response.completed", #""response":{}"#)))
        #expect(silent.meter.isComplete && silent.meter.billable(estimatedPrompt: 5).source == .estimated)
    }

    @Test(
        "An error event is an error",
        arguments: [
            typedEvents(("error", #""message":"no""#)), events(#"{"error":{"message":"no"}}"#),
            "event: error\ndata: {\"message\":\"no\"}\n\n",
        ])
    func error(_ event: String) {
        #expect(StreamPlayer(.responses, Self.created + event).verdicts == [.forward, .providerError])
    }

    @Test("[DONE] is dropped after the end, and no end by itself")
    func done() {
        let whole = StreamPlayer(.responses, Self.created + Self.end("response.completed") + events("[DONE]"))
        #expect(whole.verdicts == [.forward, .forward, .afterEnd])
        #expect(whole.meter.isComplete)
        let cut = StreamPlayer(.responses, Self.created + events("[DONE]"))
        #expect(isBroken(cut.verdicts.last))
        #expect(!cut.meter.isComplete)
    }

    @Test("Unknown events are forwarded; what is no JSON is not")
    func unknown() {
        let player = StreamPlayer(.responses, typedEvents(("response.new_thing", "")) + events("{}", "oops"))
        #expect(player.verdicts.prefix(2) == [.forward, .forward])
        #expect(isBroken(player.verdicts.last))
    }
}
