// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// Makes the few edits that turn a client's body into the one the provider gets.
package enum RequestEditor {
    /// The edits for a body that `facts` were read from. `sendingModel` is the provider's name for the model, nil for the
    /// client's own; `askingStreamUsage` asks for the usage of a stream, which only streams of chat completions and
    /// completions need: other endpoints tell it anyway.
    package static func edits(
        for facts: RequestFacts, endpoint: Endpoint, sendingModel: String?, askingStreamUsage: Bool
    ) -> [BodyEdit] {
        var edits: [BodyEdit] = []
        if let sendingModel, !sendingModel.utf8.elementsEqual(facts.model.utf8) {
            var token: [UInt8] = []
            JSONText.append(sendingModel, to: &token)
            edits.append(BodyEdit(range: facts.modelRange, replacement: token))
        }
        let tellsUsageWhenAsked = endpoint == .chatCompletions || endpoint == .completions
        if askingStreamUsage, facts.streams, tellsUsageWhenAsked, let edit = edit(asking: facts.usageOption) {
            edits.append(edit)
        }
        return edits.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    private static func edit(asking option: RequestFacts.UsageOption) -> BodyEdit? {
        switch option {
        case .absent(let offset): insertion(#""stream_options":{"include_usage":true},"#, at: offset)
        case .null(let range): BodyEdit(range: range, replacement: Array(#"{"include_usage":true}"#.utf8))
        case .unsaid(let offset, objectIsEmpty: true): insertion(#""include_usage":true"#, at: offset)
        case .unsaid(let offset, objectIsEmpty: false): insertion(#""include_usage":true,"#, at: offset)
        case .off(let range): BodyEdit(range: range, replacement: Array("true".utf8))
        case .on: nil
        }
    }

    private static func insertion(_ text: String, at offset: Int) -> BodyEdit {
        BodyEdit(range: offset..<offset, replacement: Array(text.utf8))
    }
}
