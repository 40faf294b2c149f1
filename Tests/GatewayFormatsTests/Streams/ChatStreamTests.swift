// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite struct ChatStreamTests {
    private static let role =
        #"{"id":"c","model":"gpt-4o","choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"usage":null}"#
    private static let hello =
        #"{"id":"c","model":"gpt-4o","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}],"usage":null}"#
    private static let finish =
        #"{"id":"c","model":"gpt-4o","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"#
    private static let usage =
        #"{"id":"c","model":"gpt-4o","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}"#

    @Test("A whole stream is metered and forwarded as it is", arguments: [Endpoint.chatCompletions, .completions])
    func whole(_ endpoint: Endpoint) {
        let stream = events(Self.role, Self.hello, Self.finish, Self.usage, "[DONE]")
        let player = StreamPlayer(endpoint, stream)
        #expect(player.verdicts == Array(repeating: .forward, count: 5))
        #expect(player.forwarded == Array(stream.utf8))
        #expect(player.meter.reading.usage == Usage(prompt: 9, completion: 2))
        #expect(player.meter.isComplete)
        #expect(player.meter.sawFinish)
        #expect(player.meter.sawContent)
        #expect(player.meter.deliveredCharacters == 5)
        #expect(player.meter.model == "gpt-4o")
    }

    @Test("The usage chunk is hidden from a client that did not ask, and counts")
    func hidden() {
        let player = StreamPlayer(
            .chatCompletions, hidesUsage: true, events(Self.role, Self.hello, Self.finish, Self.usage, "[DONE]"))
        #expect(player.verdicts == [.forward, .forward, .forward, .hide, .forward])
        #expect(player.forwarded == Array(events(Self.role, Self.hello, Self.finish, "[DONE]").utf8))
        #expect(player.meter.reading.usage == Usage(prompt: 9, completion: 2))
    }

    @Test("Usage that rides on a chunk with choices is forwarded, and counts")
    func ridingUsage() {
        let chunk =
            #"{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#
        let player = StreamPlayer(.chatCompletions, hidesUsage: true, events(chunk))
        #expect(player.verdicts == [.forward])
        #expect(player.meter.reading == .told(Usage(prompt: 1, completion: 1)))
    }

    @Test(
        "A chunk that has something else for the client is not hidden for its usage",
        arguments: [
            #""prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false}}}]"#,
            #""content_filter_results":{"hate":{"filtered":false}}"#, #""citations":["https://a.test/"]"#,
        ])
    func usageBesideMore(_ more: String) {
        let chunk = "{\"choices\":[],\(more),\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}"
        let player = StreamPlayer(.chatCompletions, hidesUsage: true, events(Self.hello, Self.finish, chunk, "[DONE]"))
        #expect(player.verdicts == [.forward, .forward, .forward, .forward])
        #expect(player.meter.reading == .told(Usage(prompt: 9, completion: 2)))
    }

    @Test("Of two chunks of usage alone both are hidden, and the last counts")
    func twoUsageChunks() {
        let first = Self.usage.replacing(#""completion_tokens":2,"total_tokens":11"#, with: #""completion_tokens":1"#)
        let player = StreamPlayer(
            .chatCompletions, hidesUsage: true, events(Self.hello, Self.finish, first, Self.usage, "[DONE]"))
        #expect(player.verdicts == [.forward, .forward, .hide, .hide, .forward])
        #expect(player.meter.reading == .told(Usage(prompt: 9, completion: 2)))
    }

    @Test("A null after usage takes nothing back")
    func nullAfterUsage() {
        let player = StreamPlayer(.chatCompletions, events(Self.hello, Self.finish, Self.usage, Self.finish, "[DONE]"))
        #expect(player.meter.reading == .told(Usage(prompt: 9, completion: 2)))
    }

    @Test("Groq's own member tells usage and errors too")
    func groq() {
        let usage =
            #"{"choices":[{"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"r","usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}}"#
        let player = StreamPlayer(.chatCompletions, events(Self.hello, usage, "[DONE]"))
        #expect(player.meter.reading == .told(Usage(prompt: 9, completion: 2)))
        let error = events(#"{"choices":[],"x_groq":{"error":"over capacity"}}"#)
        let failed = StreamPlayer(.chatCompletions, hidesUsage: true, events(Self.hello) + error)
        #expect(failed.verdicts == [.forward, .providerError])
    }

    @Test(
        "Chunks without choices or delta that hold no usage are forwarded",
        arguments: [
            #"{"id":"","choices":[],"prompt_filter_results":[{"prompt_index":0}]}"#, #"{"choices":[],"usage":null}"#,
            "{}",
            #"{"choices":[{"index":0,"content_filter_results":{}}]}"#, #"{"choices":[{"delta":null}]}"#,
            #"{"choices":null}"#,
        ])
    func oddChunks(_ chunk: String) {
        let player = StreamPlayer(.chatCompletions, hidesUsage: true, events(chunk))
        #expect(player.verdicts == [.forward])
        #expect(player.meter.reading.usage == nil)
        #expect(!player.meter.sawContent)
    }

    private static func running(_ completion: Int, finish: String = "null") -> String {
        "{\"choices\":[{\"delta\":{\"content\":\"abcd\"},\"finish_reason\":\(finish)}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":\(completion)}}"
    }

    @Test("Running totals on every chunk are not added up: the last counts, with or without a chunk of its own")
    func runningTotals() {
        let whole = StreamPlayer(
            .chatCompletions, events(Self.running(1), Self.running(2), Self.running(3, finish: #""stop""#)))
        #expect(whole.meter.reading == .told(Usage(prompt: 9, completion: 3)))
        let unfinished = StreamPlayer(.chatCompletions, events(Self.running(1), Self.running(2), "[DONE]"))
        #expect(unfinished.meter.reading == .told(Usage(prompt: 9, completion: 2)))
    }

    @Test("Running totals of a stream that breaks are no final count, but its input is known")
    func brokenRunningTotals() {
        let player = StreamPlayer(.chatCompletions, events(Self.running(1), Self.running(20)))
        #expect(player.meter.reading == .none)
        #expect(
            player.meter.billable(estimatedPrompt: 70)
                == MeteredUsage(usage: Usage(prompt: 9, completion: 20), source: .estimated))
        let zeros = StreamPlayer(
            .chatCompletions,
            events(#"{"choices":[{"delta":{"content":"abcd"}}],"usage":{"prompt_tokens":0,"completion_tokens":0}}"#))
        #expect(
            zeros.meter.billable(estimatedPrompt: 70)
                == MeteredUsage(usage: Usage(prompt: 70, completion: 1), source: .estimated))
    }

    @Test(
        "All kinds of generated text count as delivered",
        arguments: [
            (#"{"content":"abc"}"#, 3), (#"{"reasoning_content":"abcd"}"#, 4), (#"{"reasoning":"ab"}"#, 2),
            (#"{"refusal":"no"}"#, 2),
            (
                #"{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}},{"index":1,"function":{"arguments":"x"}}]}"#,
                4
            ),
            (#"{"function_call":{"name":"f","arguments":"12"}}"#, 3), (#"{"content":"\u0041"}"#, 6),
            (#"{"role":"assistant"}"#, 0), (#"{"content":null}"#, 0),
        ])
    func delivered(_ delta: String, _ characters: Int) {
        let player = StreamPlayer(.chatCompletions, events("{\"choices\":[{\"delta\":\(delta)}]}"))
        #expect(player.meter.deliveredCharacters == characters)
        #expect(player.meter.sawContent == (characters > 0))
    }

    @Test("Text of all choices adds up, and that of completions too")
    func choices() {
        let chat = StreamPlayer(
            .chatCompletions,
            events(#"{"choices":[{"index":0,"delta":{"content":"ab"}},{"index":1,"delta":{"content":"c"}}]}"#))
        #expect(chat.meter.deliveredCharacters == 3)
        let completions = StreamPlayer(
            .completions, events(#"{"choices":[{"index":0,"text":"ab"},{"index":1,"text":"c"}]}"#))
        #expect(completions.meter.deliveredCharacters == 3)
    }

    @Test("A stream is complete with [DONE] alone, not with a reason for its finish")
    func completeness() {
        var player = StreamPlayer(.chatCompletions, events(Self.role, Self.hello))
        #expect(!player.meter.sawFinish && !player.meter.isComplete)
        player.play(events(Self.finish))
        #expect(player.meter.sawFinish && !player.meter.isComplete)
        player.play(events(Self.usage))
        #expect(!player.meter.isComplete)
        player.play(events("[DONE]"))
        #expect(player.meter.isComplete)
    }

    @Test("What follows the end is dropped")
    func afterEnd() {
        let player = StreamPlayer(
            .chatCompletions, events(Self.hello, "[DONE]", "[DONE]", Self.hello, "garbage") + ": comment\n\n")
        #expect(player.verdicts == [.forward, .forward, .afterEnd, .afterEnd, .afterEnd, .afterEnd])
        #expect(player.meter.deliveredCharacters == 5)
        #expect(player.meter.isComplete)
    }

    @Test(
        "An error of the provider is forwarded, and the stream has failed whatever follows",
        arguments: [
            events(#"{"error":{"message":"overloaded","type":"server_error"}}"#), events(#"{"error":"oops"}"#),
            events(#"{"choices":[{"delta":{},"finish_reason":"error"}],"error":{"code":502}}"#),
            "event: error\n" + events(#"{"message":"no"}"#),
        ])
    func providerError(_ error: String) {
        let player = StreamPlayer(.chatCompletions, hidesUsage: true, events(Self.hello) + error + events("[DONE]"))
        #expect(player.verdicts == [.forward, .providerError, .afterEnd])
        #expect(!player.meter.isComplete)
    }

    @Test("A null error is none")
    func nullError() {
        #expect(StreamPlayer(.chatCompletions, events(#"{"error":null,"choices":[]}"#)).verdicts == [.forward])
    }

    @Test(
        "What is no chunk is not forwarded",
        arguments: [
            "hello", "{", #"{"choices":[}"#, "[]", "null", #""text""#, "<html>", #"{"choices":{}}"#,
            #"{"choices":"x"}"#, #"{"a":"\ud800"}"#, "{}{}",
        ])
    func broken(_ chunk: String) {
        let player = StreamPlayer(.chatCompletions, events(Self.hello, chunk, "[DONE]"))
        #expect(player.verdicts.first == .forward)
        #expect(isBroken(player.verdicts.dropFirst().first))
        #expect(player.verdicts.last == .afterEnd)
        #expect(player.forwarded == Array(events(Self.hello).utf8))
        #expect(!player.meter.isComplete)
    }

    @Test("A chunk over several data lines is one chunk")
    func severalLines() {
        let player = StreamPlayer(
            .chatCompletions, "data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"abc\"}}]}\n\n" + events("[DONE]"))
        #expect(player.verdicts == [.forward, .forward])
        #expect(player.meter.deliveredCharacters == 3)
    }

    @Test(
        "Comments and events without data are forwarded",
        arguments: [": ping\n\n", "event: ping\n\n", "retry: 5\n\n", "data:\n\n", "\n"])
    func comments(_ text: String) {
        let player = StreamPlayer(.chatCompletions, text)
        #expect(player.verdicts == [.forward])
        #expect(player.forwarded == Array(text.utf8))
    }

    @Test(
        "Usage that cannot be true is not believed, whether hidden or not",
        arguments: [
            #"{"prompt_tokens":-9,"completion_tokens":2}"#, #"{"prompt_tokens":9,"completion_tokens":1e18}"#,
            #"{"prompt_tokens":9,"completion_tokens":0}"#, #"{"prompt_tokens":"9"}"#,
        ])
    func flawedUsage(_ usage: String) {
        let player = StreamPlayer(
            .chatCompletions, hidesUsage: true, events(Self.hello, "{\"choices\":[],\"usage\":\(usage)}", "[DONE]"))
        #expect(player.verdicts == [.forward, .hide, .forward])
        #expect(player.meter.reading.usage == nil)
        #expect(player.meter.reading.isFlawed)
        let billable = player.meter.billable(estimatedPrompt: 70)
        #expect(billable.usage == Usage(prompt: 70, completion: 2))
        #expect(billable.source == .corrected)
    }

    @Test("A stream is billed by the provider's counts, and by an estimate without them")
    func billable() {
        var player = StreamPlayer(.chatCompletions, events(Self.role, Self.hello))
        #expect(
            player.meter.billable(estimatedPrompt: 70)
                == MeteredUsage(usage: Usage(prompt: 70, completion: 2), source: .estimated))
        player.play(events(Self.usage))
        #expect(
            player.meter.billable(estimatedPrompt: 70)
                == MeteredUsage(usage: Usage(prompt: 9, completion: 2), source: .provider))
    }
}
