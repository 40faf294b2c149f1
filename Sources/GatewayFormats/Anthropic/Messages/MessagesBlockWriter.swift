// SPDX-License-Identifier: Apache-2.0

/// What of a stream's blocks has been written.
struct MessagesBlockCount {
    /// How many, which is the next one's index.
    var written = 0
    var hasCalls = false
}

/// Writes one part as a block of a stream. The block starts with the first thing that it has to say, so that none is
/// empty and each is of the right kind.
struct MessagesBlockWriter {
    private let opening: AnswerEvent.Opening
    /// The identifier of the call that the part is.
    private let callID: JSONString
    /// The block's own, once it has started.
    private var index: Int?
    /// Seals that came too late to stand in the block or before it.
    private var late: [Seal] = []

    /// - answer: the answer's identifier, of which a call gets one that has none.
    init(_ opening: AnswerEvent.Opening, answer: JSONString, _ count: MessagesBlockCount) {
        self.opening = opening
        if case .call(let id, _) = opening {
            callID = id ?? MessagesHead.callID(count.written + 1, in: answer)
        } else {
            callID = ""
        }
    }

    mutating func grow(_ growth: AnswerEvent.Growth, _ count: inout MessagesBlockCount, into bytes: inout [UInt8]) {
        switch (opening, growth) {
        case (.text, .text(let text)), (.refusal, .text(let text)):
            append("text_delta", "text", text, &count, into: &bytes)
        case (.reasoning, .text(let text)): append("thinking_delta", "thinking", text, &count, into: &bytes)
        case (.call, .arguments(let piece)): append("input_json_delta", "partial_json", piece, &count, into: &bytes)
        case (.text, .opaque(.anthropicMessages, let citation)):
            start(&count, into: &bytes)
            delta("citations_delta", into: &bytes) { $0.member("citation", citation) }
        case (.reasoning, .seal(let seal)): write(seal, &count, into: &bytes)
        case (.call, .seal(let seal)):
            if index == nil { block(of: seal, &count, into: &bytes) } else { late.append(seal) }
        default: break
        }
    }

    /// Stops the block. A call is one even if nothing was said of its arguments.
    mutating func finish(_ count: inout MessagesBlockCount, into bytes: inout [UInt8]) {
        switch opening {
        case .call, .whole: start(&count, into: &bytes)
        case .text, .refusal, .reasoning: break
        }
        if let index { Self.stop(index, into: &bytes) }
        for seal in late { block(of: seal, &count, into: &bytes) }
        late = []
    }

    // MARK: Events

    private mutating func start(_ count: inout MessagesBlockCount, into bytes: inout [UInt8]) {
        guard index == nil else { return }
        if case .call = opening { count.hasCalls = true }
        index = Self.start(&count, into: &bytes) { json in
            if case .whole(let part) = opening, case .opaque(_, let fragment) = part.content {
                return json.member("content_block", fragment)
            }
            json.object("content_block", writeBeginning)
        }
    }

    private func writeBeginning(_ json: inout JSONWriter) {
        switch opening {
        case .text, .refusal, .whole:
            json.member("type", literal: "text")
            json.member("text", literal: "")
        case .reasoning: MessagesBlock.write(Reasoning(""), &json)
        case .call(_, let name):
            json.member("type", literal: "tool_use")
            json.member("id", callID)
            json.member("name", name)
            json.object("input") { _ in }
        }
    }

    private mutating func append(
        _ type: StaticString, _ name: StaticString, _ text: JSONString, _ count: inout MessagesBlockCount,
        into bytes: inout [UInt8]
    ) {
        if text.isEmpty { return }
        start(&count, into: &bytes)
        delta(type, into: &bytes) { $0.member(name, text) }
    }

    private func delta(_ type: StaticString, into bytes: inout [UInt8], _ members: (inout JSONWriter) -> Void) {
        MessagesEvent.append("content_block_delta", into: &bytes) { json in
            json.member("index", index.map(Int64.init))
            json.object("delta") { json in
                json.member("type", literal: type)
                members(&json)
            }
        }
    }

    private static func start(
        _ count: inout MessagesBlockCount, into bytes: inout [UInt8], _ block: (inout JSONWriter) -> Void
    ) -> Int {
        let index = count.written
        count.written += 1
        MessagesEvent.append("content_block_start", into: &bytes) { json in
            json.member("index", Int64(index))
            block(&json)
        }
        return index
    }

    private static func stop(_ index: Int, into bytes: inout [UInt8]) {
        MessagesEvent.append("content_block_stop", into: &bytes) { $0.member("index", Int64(index)) }
    }

    // MARK: Seals

    /// A seal signs the thinking of its block, or is a block of its own where it stands in place of thinking.
    private mutating func write(_ seal: Seal, _ count: inout MessagesBlockCount, into bytes: inout [UInt8]) {
        if seal.kind == .encrypted, index == nil { return block(of: seal, &count, into: &bytes) }
        if seal.kind == .encrypted, seal.issuer == .anthropic { return late.append(seal) }
        start(&count, into: &bytes)
        delta("signature_delta", into: &bytes) { $0.member("signature", MessagesBlock.value(of: seal)) }
    }

    /// Writes a whole block that holds `seal`: of the call, if the part is one.
    private func block(of seal: Seal, _ count: inout MessagesBlockCount, into bytes: inout [UInt8]) {
        let index = Self.start(&count, into: &bytes) { json in
            json.object("content_block") { json in
                if case .call = opening {
                    MessagesBlock.write(seal, of: callID, &json)
                } else {
                    MessagesBlock.write(Reasoning("", seal: seal), &json)
                }
            }
        }
        Self.stop(index, into: &bytes)
    }
}
