// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Writes streams of chat completions. Every chunk has all that strict clients require; `[DONE]` comes last, and never
/// after a failure.
package struct ChatStreamWriter: AnswerStreamWriter {
    private let wantsUsage: Bool
    private var head = AnswerEvent.Head(id: "", model: "")
    private var choices: [Int: Choice] = [:]
    private var parts: [AnswerEvent.Place: OpenPart] = [:]
    private var usage: Usage?
    private var isOver = false

    private struct Choice {
        /// Calls are numbered by themselves, whatever stands between them.
        var callCount: Int64 = 0
        var detailCount: Int64 = 0
    }

    private enum OpenPart {
        case text, refusal
        /// With what was thought so far, which is told again beside its seal.
        case reasoning(Reasoning, pieces: [JSONString])
        case call(number: Int64, hasArguments: Bool, id: JSONString)
        case whole
    }

    package init(wantsUsage: Bool) { self.wantsUsage = wantsUsage }

    /// Tells the client of `event` in this dialect.
    package mutating func write(_ event: AnswerEvent, into bytes: inout [UInt8]) {
        guard !isOver else { return }
        switch event {
        case .began(let head):
            self.head = head
            announce(0, into: &bytes)
        case .opened(let place, let opening): open(place, opening, into: &bytes)
        case .grew(let place, let growth): grow(place, growth, into: &bytes)
        case .closed(let place): close(place, into: &bytes)
        case .stopped(let choice, let stop): writeStop(choice, stop, into: &bytes)
        case .used(let usage): self.usage = usage
        case .idle: bytes.append(contentsOf: ": keep-alive\n\n".utf8)
        case .failed(let error): fail(error, into: &bytes)
        case .ended: end(into: &bytes)
        }
    }

    // MARK: Parts

    private mutating func open(
        _ place: AnswerEvent.Place, _ opening: AnswerEvent.Opening, into bytes: inout [UInt8]
    ) {
        announce(place.choice, into: &bytes)
        switch opening {
        case .text: parts[place] = .text
        case .refusal: parts[place] = .refusal
        case .reasoning(let isSummary):
            parts[place] = .reasoning(Reasoning("", isSummary: isSummary), pieces: [])
        case .call(let id, let name):
            let number = nextCall(of: place.choice)
            let id = id ?? ChatCallWriter.id(answer: head.id, choice: place.choice, number: Int(number))
            parts[place] = .call(number: number, hasArguments: false, id: id)
            writeDelta(place, into: &bytes) { json in
                json.array("tool_calls") { ChatCallWriter.writeStart(name, id: id, number: number, &$0) }
            }
        case .whole(let part):
            parts[place] = .whole
            writeWhole(part, place, into: &bytes)
        }
    }

    private mutating func grow(
        _ place: AnswerEvent.Place, _ growth: AnswerEvent.Growth, into bytes: inout [UInt8]
    ) {
        switch (parts[place], growth) {
        case (.text, .text(let said)):
            writeDelta(place, into: &bytes) { $0.member("content", said) }
        case (.refusal, .text(let said)):
            writeDelta(place, into: &bytes) { $0.member("refusal", said) }
        case (.reasoning(let reasoning, var pieces), .text(let said)):
            pieces.append(said)
            parts[place] = .reasoning(reasoning, pieces: pieces)
            writeDelta(place, into: &bytes) { $0.member("reasoning_content", said) }
        case (.reasoning(var reasoning, let pieces), .seal(let seal)):
            reasoning.seal = seal
            parts[place] = .reasoning(reasoning, pieces: pieces)
        case (.call(let number, _, let id), .arguments(let piece)):
            guard !piece.isEmpty else { return }
            parts[place] = .call(number: number, hasArguments: true, id: id)
            writeArguments(number, piece, place, into: &bytes)
        case (.call(let number, _, let id), .seal(let seal)):
            writeSeal(number, seal.issuer == .gemini ? seal.value : seal.wrapped(call: id), place, into: &bytes)
        case (.text, .opaque(.openAIChat, let annotation)):
            writeDelta(place, into: &bytes) { $0.array("annotations") { $0.value(annotation) } }
        default: break
        }
    }

    private mutating func close(_ place: AnswerEvent.Place, into bytes: inout [UInt8]) {
        switch parts.removeValue(forKey: place) {
        case .reasoning(var reasoning, let pieces) where reasoning.seal != nil:
            reasoning.text = JSONString(joining: pieces)
            writeDetail(reasoning, place, into: &bytes)
        case .call(let number, false, _): writeArguments(number, "{}", place, into: &bytes)
        default: break
        }
    }

    private mutating func writeWhole(_ part: Part, _ place: AnswerEvent.Place, into bytes: inout [UInt8]) {
        switch part.content {
        case .text(let text): writeDelta(place, into: &bytes) { $0.member("content", text) }
        case .refusal(let text): writeDelta(place, into: &bytes) { $0.member("refusal", text) }
        case .reasoning(let reasoning):
            if !reasoning.text.isEmpty {
                writeDelta(place, into: &bytes) { $0.member("reasoning_content", reasoning.text) }
            }
            if reasoning.seal != nil { writeDetail(reasoning, place, into: &bytes) }
        case .call(let call):
            let number = nextCall(of: place.choice)
            let id = call.id ?? ChatCallWriter.id(answer: head.id, choice: place.choice, number: Int(number))
            writeCall(number, id, call, place, into: &bytes)
        case .media(let media):
            guard media.kind == .image,
                case .link(_, let url, _)? = ChatContentForm.choose(media, from: .openAIChat, TargetRules()).form
            else { return }
            writeDelta(place, into: &bytes) { $0.array("images") { ChatImage.write(url, &$0) } }
        case .result, .opaque: break
        }
    }

    private mutating func nextCall(of choice: Int) -> Int64 {
        let number = choices[choice]?.callCount ?? 0
        choices[choice]?.callCount += 1
        return number
    }

    // MARK: Chunks

    /// Says once for each choice who speaks.
    private mutating func announce(_ choice: Int, into bytes: inout [UInt8]) {
        guard choices[choice] == nil else { return }
        choices[choice] = Choice()
        writeDelta(.init(choice: choice, part: 0), into: &bytes) { $0.member("role", literal: "assistant") }
    }

    private func writeCall(
        _ number: Int64, _ id: JSONString, _ call: ToolCall, _ place: AnswerEvent.Place, into bytes: inout [UInt8]
    ) {
        writeDelta(place, into: &bytes) { json in
            json.array("tool_calls") { json in
                let seal = ChatCallWriter.seal(of: call, id: id)
                ChatCallWriter.write(call, id: id, seal: seal, Extras(.openAIChat), number: number, &json)
            }
        }
    }

    private func writeArguments(
        _ number: Int64, _ piece: JSONString, _ place: AnswerEvent.Place, into bytes: inout [UInt8]
    ) {
        writeDelta(place, into: &bytes) { json in
            json.array("tool_calls") { json in
                json.object { json in
                    json.member("index", number)
                    json.object("function") { $0.member("arguments", piece) }
                }
            }
        }
    }

    private func writeSeal(
        _ number: Int64, _ seal: JSONString, _ place: AnswerEvent.Place, into bytes: inout [UInt8]
    ) {
        writeDelta(place, into: &bytes) { json in
            json.array("tool_calls") { json in
                json.object { json in
                    json.member("index", number)
                    // OpenAI's own helper for streams insists on a function in every piece.
                    json.object("function") { $0.member("arguments", literal: "") }
                    ChatCallWriter.writeSeal(seal, Extras(.openAIChat), &json)
                }
            }
        }
    }

    private mutating func writeDetail(
        _ reasoning: Reasoning, _ place: AnswerEvent.Place, into bytes: inout [UInt8]
    ) {
        var index = choices[place.choice]?.detailCount ?? 0
        writeDelta(place, into: &bytes) { json in
            json.array("reasoning_details") { json in
                ChatReasoningDetail.write(reasoning, index: &index, place: place.part, &json)
            }
        }
        choices[place.choice]?.detailCount = index
    }

    private mutating func writeStop(_ choice: Int, _ stop: Stop, into bytes: inout [UInt8]) {
        announce(choice, into: &bytes)
        writeChunk(into: &bytes) { json in
            json.array("choices") { json in
                json.object { json in
                    json.member("index", Int64(choice))
                    json.object("delta") { _ in }
                    ChatFinish.write(stop, &json)
                }
            }
            if wantsUsage { ChatChunk.writeNoUsage(&json) }
        }
    }

    private func writeDelta(
        _ place: AnswerEvent.Place, into bytes: inout [UInt8], _ members: (inout JSONWriter) -> Void
    ) {
        writeChunk(into: &bytes) { json in
            json.array("choices") { json in
                json.object { json in
                    json.member("index", Int64(place.choice))
                    json.object("delta", members)
                    json.key("finish_reason")
                    json.null()
                }
            }
            if wantsUsage { ChatChunk.writeNoUsage(&json) }
        }
    }

    private func writeChunk(into bytes: inout [UInt8], _ members: (inout JSONWriter) -> Void) {
        ChatChunk.write("chat.completion.chunk", head, into: &bytes, members)
    }

    // MARK: The end

    private mutating func end(into bytes: inout [UInt8]) {
        isOver = true
        if wantsUsage, let usage {
            writeChunk(into: &bytes) { json in
                json.array("choices") { _ in }
                ChatUsage.write(usage, &json)
            }
        }
        ChatChunk.append(Array("[DONE]".utf8), to: &bytes)
    }

    private mutating func fail(_ error: ProviderError, into bytes: inout [UInt8]) {
        isOver = true
        ChatChunk.append(ChatError.write(error), to: &bytes)
    }
}
