// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Writes streams of completions: the text of a chat's answer, piece by piece.
package struct CompletionsStreamWriter: AnswerStreamWriter {
    private let wantsUsage: Bool
    private var head = AnswerEvent.Head(id: "", model: "")
    /// The parts whose text is passed on.
    private var texts: Set<AnswerEvent.Place> = []
    private var usage: Usage?
    private var isOver = false

    package init(wantsUsage: Bool) { self.wantsUsage = wantsUsage }

    /// Tells the client of `event` in this dialect.
    package mutating func write(_ event: AnswerEvent, into bytes: inout [UInt8]) {
        guard !isOver else { return }
        switch event {
        case .began(let head): self.head = head
        case .opened(let place, .text), .opened(let place, .refusal): texts.insert(place)
        case .opened(let place, .whole(let part)):
            if let text = part.text ?? part.refusal { write(place.choice, text, nil, into: &bytes) }
        case .opened, .closed: break
        case .grew(let place, .text(let text)) where texts.contains(place):
            write(place.choice, text, nil, into: &bytes)
        case .grew: break
        case .stopped(let choice, let stop): write(choice, "", stop, into: &bytes)
        case .used(let usage): self.usage = usage
        case .idle: bytes.append(contentsOf: ": keep-alive\n\n".utf8)
        case .failed(let error):
            isOver = true
            ChatChunk.append(ChatError.write(error), to: &bytes)
        case .ended: end(into: &bytes)
        }
    }

    private func write(_ choice: Int, _ text: JSONString, _ stop: Stop?, into bytes: inout [UInt8]) {
        ChatChunk.write("text_completion", head, into: &bytes) { json in
            json.array("choices") { CompletionsFormat.writeChoice(choice, text, stop, &$0) }
            if wantsUsage { ChatChunk.writeNoUsage(&json) }
        }
    }

    private mutating func end(into bytes: inout [UInt8]) {
        isOver = true
        if wantsUsage, let usage {
            ChatChunk.write("text_completion", head, into: &bytes) { json in
                json.array("choices") { _ in }
                ChatUsage.write(usage, &json)
            }
        }
        ChatChunk.append(Array("[DONE]".utf8), to: &bytes)
    }
}
