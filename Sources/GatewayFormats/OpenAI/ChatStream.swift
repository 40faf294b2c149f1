// SPDX-License-Identifier: Apache-2.0

/// Streams of chat completions, and of the older completions, whose chunks differ in where the text is.
enum ChatStream {
    private enum Path: Int, JSONPath {
        case error, groqError, model, choices, choice, finishReason, promptFilter, contentFilter, citations

        var path: String {
            switch self {
            case .error: "error"
            case .groqError: "x_groq.error"
            case .model: "model"
            case .choices: "choices"
            case .choice: "choices.*"
            case .finishReason: "choices.*.finish_reason"
            case .promptFilter: "prompt_filter_results"
            case .contentFilter: "content_filter_results"
            case .citations: "citations"
            }
        }
    }

    private static let text = ChatText.paths(in: "choices.*.delta") + ["choices.*.text"]
    private static let textIndices = Path.allCases.count..<Path.allCases.count + text.count
    private static let usage = OpenAIUsage.paths(at: "usage", naming: .completions)
    private static let groqUsage = OpenAIUsage.paths(at: "x_groq.usage", naming: .completions)

    static let shape = JSONShape(Path.self, then: text + usage + groqUsage)

    static func observe(
        _ event: StreamEvent, hidesUsage: Bool, progress: inout StreamProgress
    ) -> StreamVerdict {
        let fields = event.fields
        progress.note(model: fields[Path.model], in: event.data)
        progress.deliveredCharacters += fields.textLength(textIndices)
        if fields[Path.finishReason].kind == .string { progress.sawFinish = true }
        let hasChoices = fields[Path.choices].kind == .array && fields[Path.choice].matches > 0
        let reading = reading(fields)
        note(reading, isFinal: progress.sawFinish || !hasChoices, progress: &progress)
        if isError(event) { return .providerError }
        switch fields[Path.choices].kind {
        case .array where hasChoices: return .forward
        case .array, .absent, .null:
            return hidesUsage && reading != .none && !tellsMore(fields) ? .hide : .forward
        default: return .broken("a chunk whose `choices` is no array")
        }
    }

    /// Takes the end of the stream for the end of the counting too: what was told last is what was used.
    static func end(_ progress: inout StreamProgress) {
        if progress.reading == .none { progress.reading = progress.partial }
        progress.phase = .complete
    }

    /// What the chunk tells of tokens. Groq has it in a member of its own as well, or there alone.
    private static func reading(_ fields: JSONFields) -> UsageReading {
        let reading = OpenAIUsage.read(fields, from: textIndices.upperBound)
        return reading == .none ? OpenAIUsage.read(fields, from: textIndices.upperBound + usage.count) : reading
    }

    /// Some servers have running totals on every chunk. They are of the whole answer once it has its reason to end, or the
    /// chunk has nothing else.
    private static func note(_ reading: UsageReading, isFinal: Bool, progress: inout StreamProgress) {
        guard reading != .none else { return }
        if isFinal { progress.reading = reading } else { progress.partial = reading }
    }

    /// Whether a chunk without choices has something else for the client, which it would not see if the chunk were hidden.
    private static func tellsMore(_ fields: JSONFields) -> Bool {
        [Path.promptFilter, .contentFilter, .citations].contains {
            fields[$0].kind == .array || fields[$0].kind == .object
        }
    }

    private static func isError(_ event: StreamEvent) -> Bool {
        if event.fields[Path.error].isTold || event.fields[Path.groqError].isTold { return true }
        return event.name?.elementsEqual(UnsafeRawBufferPointer("error")) ?? false
    }
}
