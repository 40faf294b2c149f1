// SPDX-License-Identifier: Apache-2.0

/// Streams of the Messages API: typed events, whose usage is told in two of them.
enum MessagesStream {
    private enum Path: Int, JSONPath {
        case type, error, model, stopReason

        var path: String {
            switch self {
            case .type: "type"
            case .error: "error"
            case .model: "message.model"
            case .stopReason: "delta.stop_reason"
            }
        }
    }

    private static let text = [
        "delta.text", "delta.thinking", "delta.partial_json", "content_block.text", "content_block.thinking",
        "content_block.name",
    ]
    private static let textIndices = Path.allCases.count..<Path.allCases.count + text.count
    private static let startUsage = AnthropicUsage.paths(at: "message.usage")

    static let shape = JSONShape(Path.self, then: text + startUsage + AnthropicUsage.paths(at: "usage"))

    static func observe(
        _ event: StreamEvent, usage: inout AnthropicUsage, progress: inout StreamProgress
    ) -> StreamVerdict {
        let fields = event.fields
        let type = fields[Path.type]
        if event.isOf("content_block_delta", field: type) || event.isOf("content_block_start", field: type) {
            progress.deliveredCharacters += fields.textLength(textIndices)
        } else if event.isOf("message_start", field: type) {
            progress.note(model: fields[Path.model], in: event.data)
            usage.merge(fields, from: textIndices.upperBound)
            progress.partial = usage.partial
        } else if event.isOf("message_delta", field: type) {
            if fields[Path.stopReason].kind == .string { progress.sawFinish = true }
            let isFinal = usage.merge(fields, from: textIndices.upperBound + startUsage.count)
            progress.partial = usage.partial
            if isFinal { progress.reading = usage.reading }
        } else if event.isOf("message_stop", field: type) {
            progress.phase = .complete
        } else if event.isOf("error", field: type) || fields[Path.error].kind == .object {
            return .providerError
        }
        return .forward
    }
}
