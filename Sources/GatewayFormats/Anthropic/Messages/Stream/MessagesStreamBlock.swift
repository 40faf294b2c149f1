// SPDX-License-Identifier: Apache-2.0

/// A block of a stream, from its start to its stop.
struct MessagesStreamBlock {
    private enum Kind {
        case text, thinking, redacted, call
        /// The call that stands for structured output: its input is the answer's text.
        case output
        /// A block that only this dialect has. It is told when it is whole.
        case opaque
    }

    private let kind: Kind
    /// As it started.
    private let block: JSONValue
    private var hasGrown = false
    /// What an opaque block's `input` has grown to, and what else has changed of it.
    private var input: [UInt8] = []
    private var changes: [Extras.Member] = []

    init(_ block: JSONValue) throws(FormatFault) {
        guard let type = block["type"]?.string else { throw FormatFault("content_block.type", "is missing") }
        self.block = block
        if type.reads("text") {
            kind = .text
        } else if type.reads("thinking") {
            kind = .thinking
        } else if type.reads("redacted_thinking") {
            kind = .redacted
        } else if type.reads("tool_use") {
            guard let name = block["name"]?.string else { throw FormatFault("content_block.name", "is missing") }
            kind = name == MessagesOutputTool.name ? .output : .call
        } else {
            kind = .opaque
        }
    }

    var isCall: Bool { kind == .call }

    /// The identifier of a call.
    var callID: JSONString? { kind == .call ? block["id"]?.string : nil }

    /// The seal of a call that this block carries, which is no part of its own.
    var sealOfCall: (seal: Seal, call: JSONString)? {
        guard kind == .redacted, let (seal, call) = block["data"]?.string.flatMap(Seal.unwrap), let call else {
            return nil
        }
        return (seal, call)
    }

    /// What opens with the block; nil for one that is told when it is whole.
    var opening: AnswerEvent.Opening? {
        switch kind {
        case .text, .output: .text
        case .thinking, .redacted: .reasoning(isSummary: false)
        case .call: .call(id: block["id"]?.string, name: block["name"]?.string ?? "")
        case .opaque: nil
        }
    }

    /// What the block brings with its start.
    var firstGrowth: [AnswerEvent.Growth] {
        switch kind {
        case .text:
            return text("text")
                + (block["citations"]?.elements.map { .opaque(origin: .anthropicMessages, $0.fragment) } ?? [])
        case .thinking: return text("thinking") + seal(block["signature"], .signature)
        case .redacted: return seal(block["data"], .encrypted)
        case .call, .output, .opaque: return []
        }
    }

    /// What a delta adds; nil where it adds nothing yet, or nothing at all.
    mutating func growth(_ type: JSONString, _ delta: JSONValue) -> AnswerEvent.Growth? {
        switch kind {
        case .text:
            if type.reads("text_delta") { return text(delta["text"]) }
            guard type.reads("citations_delta"), let citation = delta["citation"] else { return nil }
            return .opaque(origin: .anthropicMessages, citation.fragment)
        case .thinking, .redacted:
            if type.reads("thinking_delta") { return text(delta["thinking"]) }
            return type.reads("signature_delta") ? seal(delta["signature"], .signature).first : nil
        case .call, .output:
            guard type.reads("input_json_delta"), let piece = delta["partial_json"]?.string, !piece.isEmpty else {
                return nil
            }
            hasGrown = true
            return kind == .call ? .arguments(piece) : .text(piece)
        case .opaque:
            change(type, delta)
            return nil
        }
    }

    /// What is to be told when the block stops: the input that it started with, if none came since.
    var lastGrowth: AnswerEvent.Growth? {
        guard !hasGrown, kind == .call || kind == .output else { return nil }
        let input = block["input"].flatMap { $0.kind == .object ? $0.fragment : nil } ?? JSONFragment(literal: "{}")
        return kind == .call ? .arguments(JSONString(holding: input)) : .text(JSONString(holding: input))
    }

    private func text(_ name: StaticString) -> [AnswerEvent.Growth] { text(block[name]).map { [$0] } ?? [] }

    private func text(_ value: JSONValue?) -> AnswerEvent.Growth? {
        value?.string.flatMap { $0.isEmpty ? nil : .text($0) }
    }

    private func seal(_ value: JSONValue?, _ kind: Seal.Kind) -> [AnswerEvent.Growth] {
        MessagesBlockReader.seal(value?.string ?? "", kind).map { [.seal($0)] } ?? []
    }

    // MARK: Blocks that only this dialect has

    private mutating func change(_ type: JSONString, _ delta: JSONValue) {
        if type.reads("input_json_delta") {
            input += delta["partial_json"]?.string?.utf8 ?? []
        } else {
            for (name, value) in delta.members where !name.reads("type") {
                changes.removeAll { $0.name == name }
                changes.append(Extras.Member(name: name, value: value.fragment))
            }
        }
    }

    /// The block with all that its deltas said.
    var whole: JSONFragment {
        var changes = changes
        if !input.isEmpty, let input = try? JSONScanner().parse(input).root.fragment {
            changes.append(Extras.Member(name: "input", value: input))
        }
        if changes.isEmpty { return block.fragment }
        let bytes = JSONWriter.object { json in
            for (name, value) in block.members {
                json.key(name)
                json.value(changes.first { $0.name == name }?.value ?? value.fragment)
            }
            for change in changes where !block.members.contains(where: { $0.name == change.name }) {
                json.key(change.name)
                json.value(change.value)
            }
        }
        return JSONFragment(bytes[...])
    }
}
