// SPDX-License-Identifier: Apache-2.0

/// Why an answer stopped, in this dialect's words.
enum MessagesStop {
    /// In the order of the API's reference; a word that is not here is a newer one.
    private static let reasons: [(word: StaticString, reason: Stop.Reason)] = [
        ("end_turn", .finished), ("max_tokens", .length), ("stop_sequence", .stopString), ("tool_use", .toolCalls),
        ("pause_turn", .paused), ("compaction", .paused), ("refusal", .contentFilter),
        ("model_context_window_exceeded", .length),
    ]

    /// Reads `stop_reason`, `stop_sequence` and `stop_details`; nil while there is no reason.
    static func read(_ members: inout ObjectReader) throws(FormatFault) -> Stop? {
        let word = try members.string("stop_reason")
        let matched = try members.string("stop_sequence")
        let details = try members.object("stop_details")
        guard let word else { return nil }
        let reason = reasons.first { word.reads($0.word) }?.reason ?? .finished
        var stop = Stop(reason, native: word, matched: matched)
        if let details {
            stop.extras = Extras(.anthropicMessages)
            stop.extras?.keep("stop_details", details)
        }
        return stop
    }

    /// A refusal's explanation, which other dialects tell in the answer itself.
    static func refusal(in stop: Stop, _ details: JSONValue?) -> Part? {
        guard stop.reason == .contentFilter, let words = details?["explanation"]?.string, !words.isEmpty else {
            return nil
        }
        return Part(.refusal(words), extras: Extras(.anthropicMessages))
    }

    /// Whether `stop` says why in this dialect's own terms, which need no repeating in the answer.
    static func hasDetails(_ stop: Stop) -> Bool {
        stop.extras.map { $0.origin == .anthropicMessages && !$0.isEmpty } ?? false
    }

    /// The word for `stop`: the provider's own where it is one of these and says the same. A call that is there makes
    /// `tool_use` of an answer that ended by itself, and its absence `end_turn` of one that claims calls.
    static func word(for stop: Stop, hasCalls: Bool, hasRefusal: Bool) -> JSONString {
        if let native = stop.native, isKnown(native, for: stop.reason), stop.reason != .toolCalls || hasCalls,
            stop.reason != .finished || !(hasCalls || hasRefusal)
        {
            return native
        }
        switch stop.reason {
        case .finished, .failed: return hasCalls ? "tool_use" : hasRefusal ? "refusal" : "end_turn"
        case .toolCalls: return hasCalls ? "tool_use" : "end_turn"
        case .stopString: return stop.matched == nil ? "end_turn" : "stop_sequence"
        case .length: return "max_tokens"
        case .contentFilter: return "refusal"
        case .paused: return "pause_turn"
        }
    }

    private static func isKnown(_ word: JSONString, for reason: Stop.Reason) -> Bool {
        reasons.contains { $0.reason == reason && word.reads($0.word) }
    }

    /// Writes the three members.
    static func write(_ stop: Stop, hasCalls: Bool, hasRefusal: Bool, _ json: inout JSONWriter) {
        json.member("stop_reason", word(for: stop, hasCalls: hasCalls, hasRefusal: hasRefusal))
        json.member("stop_sequence", stop.matched.map(JSONFragment.init(quoting:)) ?? JSONFragment(literal: "null"))
        if let extras = stop.extras, extras.origin == .anthropicMessages {
            json.write(extras, except: MessagesFormat.innerObjects)
        }
    }
}
