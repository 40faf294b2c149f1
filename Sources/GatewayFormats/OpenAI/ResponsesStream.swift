// SPDX-License-Identifier: Apache-2.0

/// Streams of the Responses API: typed events, the last of which carries the whole response with its usage.
enum ResponsesStream {
    private enum Path: Int, JSONPath {
        case type, error, delta, model

        var path: String {
            switch self {
            case .type: "type"
            case .error: "error"
            case .delta: "delta"
            case .model: "response.model"
            }
        }
    }

    static let shape = JSONShape(
        Path.self, then: OpenAIUsage.paths(at: "response.usage", naming: .responses))

    static func observe(_ event: StreamEvent, progress: inout StreamProgress) -> StreamVerdict {
        let fields = event.fields
        let type = fields[Path.type]
        // Text, reasoning, refusals, arguments of calls: their events all end in `.delta` and carry a string `delta`.
        // So does audio, which is no text.
        if fields[Path.delta].kind == .string {
            let isText = !event.isOf("response.audio.delta", field: type)
            if isText { progress.deliveredCharacters += fields[Path.delta].totalLength }
            return .forward
        }
        progress.note(model: fields[Path.model], in: event.data)
        let isFailure = event.isOf("response.failed", field: type)
        let isEnd = event.isOf("response.completed", field: type) || event.isOf("response.incomplete", field: type)
        // Earlier events carry the response too, of which nothing is counted yet.
        if isEnd || isFailure { progress.reading = OpenAIUsage.read(fields, from: Path.allCases.count) }
        if isFailure || fields[Path.error].isTold || event.isOf("error", field: type) { return .providerError }
        if isEnd {
            progress.sawFinish = true
            progress.phase = .complete
        }
        return .forward
    }
}
