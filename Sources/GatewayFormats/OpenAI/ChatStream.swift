// SPDX-License-Identifier: Apache-2.0

/// Streams of chat completions, and of the older completions, whose chunks differ in where the text is.
enum ChatStream {
    private enum Path: Int, JSONPath {
        case error, model, choices, choice, finishReason

        var path: String {
            switch self {
            case .error: "error"
            case .model: "model"
            case .choices: "choices"
            case .choice: "choices.*"
            case .finishReason: "choices.*.finish_reason"
            }
        }
    }

    private static let text = ChatText.paths(in: "choices.*.delta") + ["choices.*.text"]
    private static let textIndices = Path.allCases.count..<Path.allCases.count + text.count

    static let shape = JSONShape(
        Path.self, then: text + OpenAIUsage.paths(at: "usage", naming: .completions))

    static func observe(
        _ event: StreamEvent, hidesUsage: Bool, progress: inout StreamProgress
    ) -> StreamVerdict {
        let fields = event.fields
        progress.note(model: fields[Path.model], in: event.data)
        progress.deliveredCharacters += fields.textLength(textIndices)
        if fields[Path.finishReason].kind == .string { progress.sawFinish = true }
        let reading = OpenAIUsage.read(fields, from: textIndices.upperBound)
        if reading != .none { progress.reading = reading }
        if isError(event) { return .providerError }
        switch fields[Path.choices].kind {
        case .array where fields[Path.choice].matches > 0: return .forward
        case .array, .absent, .null: return hidesUsage && reading != .none ? .hide : .forward
        default: return .broken("a chunk whose `choices` is no array")
        }
    }

    private static func isError(_ event: StreamEvent) -> Bool {
        let error = event.fields[Path.error].kind
        if error != .absent && error != .null { return true }
        return event.name?.elementsEqual(UnsafeRawBufferPointer("error")) ?? false
    }
}
