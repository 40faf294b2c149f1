// SPDX-License-Identifier: Apache-2.0

/// Where in a message extras stood, so that a report can name them as the dialect does that they came in.
package enum ExtrasPlace: Sendable, CaseIterable {
    case conversation, instruction, turn, part, call, tool
    case answer, choice

    /// The path of the place, elements of lists as `[]`; empty for the top.
    package func path(in format: Format) -> String {
        switch self {
        case .conversation, .answer: ""
        case .instruction: Self.instructionPath(in: format)
        case .turn: Self.turnPath(in: format)
        case .part: Self.partPath(in: format)
        case .call: format == .openAIChat ? "messages[].tool_calls[]" : Self.partPath(in: format)
        case .tool: Self.toolPath(in: format)
        case .choice: Self.choicePath(in: format)
        }
    }

    private static func instructionPath(in format: Format) -> String {
        switch format {
        case .openAIChat: "messages[]"
        case .openAIResponses: "input[]"
        case .anthropicMessages, .bedrockConverse: "system[]"
        case .gemini: "systemInstruction"
        }
    }

    private static func turnPath(in format: Format) -> String {
        switch format {
        case .openAIChat, .anthropicMessages, .bedrockConverse: "messages[]"
        case .openAIResponses: "input[]"
        case .gemini: "contents[]"
        }
    }

    private static func partPath(in format: Format) -> String {
        format == .gemini ? "contents[].parts[]" : "\(turnPath(in: format)).content[]"
    }

    private static func toolPath(in format: Format) -> String {
        switch format {
        case .openAIChat, .openAIResponses, .anthropicMessages: "tools[]"
        case .gemini: "tools[].functionDeclarations[]"
        case .bedrockConverse: "toolConfig.tools[]"
        }
    }

    private static func choicePath(in format: Format) -> String {
        switch format {
        case .openAIChat: "choices[]"
        case .gemini: "candidates[]"
        case .openAIResponses, .anthropicMessages, .bedrockConverse: ""
        }
    }
}

extension LossReport {
    /// Notes that all of `extras` is gone, which stood at `place`.
    package mutating func dropped(_ extras: Extras, at place: ExtrasPlace, _ reason: String) {
        guard !extras.isEmpty else { return }
        dropped(extras, at: place.path(in: extras.origin), reason)
    }

    /// Notes that a part or tool is gone that only `origin` has: by its type where it says one, else by its first member.
    package mutating func dropped(
        opaque fragment: JSONFragment, of origin: Format, at place: ExtrasPlace, _ scanner: JSONScanner,
        _ reason: String
    ) {
        let path = place.path(in: origin)
        guard let root = try? scanner.parse(Array(fragment.bytes)).root else { return dropped(path, reason) }
        if let type = root["type"]?.text { return dropped("\(path).type=\(type)", reason) }
        let members = root.members
        let name = members.first { _ in true }?.name.text
        dropped(name.map { "\(path).\($0)" } ?? path, reason)
    }
}
