// SPDX-License-Identifier: Apache-2.0

/// Why a model stopped, in the words of chat completions and of their imitators.
enum ChatFinish {
    /// - word: `finish_reason`; nil where the server gives none with a whole answer.
    /// - choice: what else the server may say beside it.
    /// - hasCalls: whether the answer calls tools. Some servers say `stop` then.
    static func read(_ word: JSONString?, beside choice: JSONValue, hasCalls: Bool) -> Stop {
        let matched = choice["stop_reason"]?.string
        let native = choice["native_finish_reason"]?.string ?? word
        var reason = reason(word?.text)
        if reason == .finished, matched != nil { reason = .stopString }
        if hasCalls, reason == .finished || reason == .stopString { reason = .toolCalls }
        return Stop(reason, native: native, matched: matched)
    }

    private static func reason(_ word: String?) -> Stop.Reason {
        switch word {
        case "length", "model_length", "max_tokens": .length
        case "tool_calls", "function_call", "tool_use": .toolCalls
        case "content_filter": .contentFilter
        case "stop_sequence": .stopString
        case "error", "insufficient_system_resource": .failed
        default: .finished
        }
    }

    /// The dialect's word. It has none for a failure after some text: the provider's own stands beside it.
    static func word(_ reason: Stop.Reason) -> StaticString {
        switch reason {
        case .finished, .stopString, .paused, .failed: "stop"
        case .length: "length"
        case .toolCalls: "tool_calls"
        case .contentFilter: "content_filter"
        }
    }

    /// Writes `finish_reason`, the provider's own word where that is another, and the text that was met.
    static func write(_ stop: Stop, _ json: inout JSONWriter) {
        let word = word(stop.reason)
        json.member("finish_reason", literal: word)
        if let native = stop.native, !native.reads(word) { json.member("native_finish_reason", native) }
        json.member("stop_reason", stop.matched)
    }
}
