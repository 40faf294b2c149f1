// SPDX-License-Identifier: Apache-2.0

import GatewayFormats

/// Conversations without the differences that mean nothing: what they say in several ways is said in one.
enum NormalForm {
    /// - developer and system are one role, and all instructions before the conversation are one;
    /// - neighbouring turns of one role are one;
    /// - a result has the name of the tool that was called, and is text;
    /// - a tool without parameters takes an empty object; text as the form of the answer goes without saying, and so does
    ///   that the model may choose among the tools;
    /// - of what is to be fetched, nobody knows the type for sure;
    /// - providers' identifiers of items mean nothing to others; extras that hold nothing are of no dialect.
    static func of(_ conversation: Conversation) -> Conversation {
        var result = conversation
        // What the writer for OpenAI's Responses API asks for of itself: that nothing be kept there, nor lost for that.
        if result.extras.origin == .openAIResponses {
            result.extras.members.removeAll { ["store", "include"].contains($0.name.text) }
        }
        result.extras = bare(result.extras)
        let instructions = result.instructions.flatMap { instruction in instruction.parts.map(of) }
        let extras = result.instructions.first.map { bare($0.extras) } ?? Extras(.openAIChat)
        result.instructions = instructions.isEmpty ? [] : [Instruction(.system, instructions, extras: extras)]
        result.tools = result.tools.map(of)
        if result.output == .text { result.output = nil }
        if result.toolChoice == .auto { result.toolChoice = nil }
        if result.reasoning == ReasoningSetting() { result.reasoning = nil }
        result.turns = merged(named(result.turns).map(of))
        return result
    }

    /// Neighbouring turns of one role as one.
    static func merged(_ turns: [Turn]) -> [Turn] {
        turns.reduce(into: []) { merged, turn in
            if let last = merged.last, last.role == turn.role, last.name == turn.name {
                merged[merged.count - 1].parts += turn.parts
            } else {
                merged.append(turn)
            }
        }
    }

    static func bare(_ extras: Extras) -> Extras { extras.isEmpty ? Extras(.openAIChat) : extras }

    private static func of(_ turn: Turn) -> Turn {
        var turn = turn
        if case .instruction = turn.role { turn.role = .instruction(.system) }
        turn.extras = bare(turn.extras)
        turn.parts = turn.parts.map(of)
        return turn
    }

    private static func of(_ part: Part) -> Part {
        var part = part
        part.id = nil
        part.extras = bare(part.extras)
        if case .media(var media) = part.content, case .url = media.source {
            media.mediaType = nil
            part.content = .media(media)
        }
        guard case .result(var result) = part.content else { return part }
        result.content = result.content.map(of)
        if result.content.isEmpty, let structured = result.structured {
            result.content = [Part(.text(JSONString(holding: structured)), extras: Extras(.openAIChat))]
            result.structured = nil
        }
        part.content = .result(result)
        return part
    }

    private static func of(_ tool: Tool) -> Tool {
        var tool = tool
        tool.extras = bare(tool.extras)
        if case .function(nil, let strict) = tool.kind {
            let empty = JSONFragment(literal: #"{"type":"object","properties":{}}"#)
            tool.kind = .function(parameters: empty, strict: strict)
        }
        return tool
    }

    private static func named(_ turns: [Turn]) -> [Turn] {
        var names: [JSONString: JSONString] = [:]
        return turns.map { turn in
            var turn = turn
            for index in turn.parts.indices {
                switch turn.parts[index].content {
                case .call(let call): if let id = call.id { names[id] = call.name }
                case .result(var result):
                    result.name = result.callID.flatMap { names[$0] } ?? result.name
                    turn.parts[index].content = .result(result)
                default: break
                }
            }
            return turn
        }
    }
}
