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
        let reading = OpenAIUsage.read(fields, from: Path.allCases.count)
        if reading != .none { progress.reading = reading }
        let error = fields[Path.error].kind
        if error != .absent && error != .null { return .providerError }
        if event.isOf("error", field: type) || event.isOf("response.failed", field: type) { return .providerError }
        if event.isOf("response.completed", field: type) || event.isOf("response.incomplete", field: type) {
            progress.sawFinish = true
            progress.phase = .complete
        }
        return .forward
    }
}
