// SPDX-License-Identifier: Apache-2.0

/// `finishReason`. Gemini has no word for waiting for the results of calls: `STOP` after a call means that.
enum GeminiStop {
    /// - hasCalls: whether the candidate calls a function.
    static func read(_ word: JSONString?, hasCalls: Bool) -> Stop {
        guard let word else { return Stop(.failed) }
        return Stop(reason(word.text.uppercased(), hasCalls), native: word)
    }

    private static func reason(_ word: String, _ hasCalls: Bool) -> Stop.Reason {
        switch word {
        case "STOP": hasCalls ? .toolCalls : .finished
        case "MAX_TOKENS": .length
        case "CONTINUATION": .paused
        default: contentFilters.contains(word) ? .contentFilter : .failed
        }
    }

    /// - isOwn: whether the native word is Gemini's.
    static func write(_ stop: Stop, isOwn: Bool) -> JSONString {
        if isOwn, let native = stop.native { return native }
        return switch stop.reason {
        // To go on with a turn, Gemini's clients would need a token of Google's: they can but ask anew.
        case .finished, .stopString, .toolCalls, .paused: "STOP"
        case .length: "MAX_TOKENS"
        case .contentFilter: "SAFETY"
        case .failed: "OTHER"
        }
    }

    /// Whether the native word of a stop is one of Gemini's, where it is not told whose it is.
    static func isNative(_ stop: Stop) -> Bool { stop.native.map { words.contains($0.text) } ?? false }

    private static let words = contentFilters.union([
        "STOP", "MAX_TOKENS", "CONTINUATION", "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL",
        "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "OTHER", "IMAGE_OTHER", "NO_IMAGE", "PUP_LIMITED_DISABLED",
    ])

    private static let contentFilters: Set<String> = [
        "SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "RECITATION", "IMAGE_SAFETY", "MODEL_ARMOR",
        "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "LANGUAGE", "ESCALATION",
    ]
}
