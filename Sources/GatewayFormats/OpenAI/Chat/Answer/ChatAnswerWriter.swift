// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Writes whole answers for chat clients. What a client sends back of one in its next request is what `ChatMessageReader`
/// makes the same parts of, seals included.
struct ChatAnswerWriter {
    var report: LossReport
    let scanner: JSONScanner
    private var origin = Format.openAIChat

    init(report: LossReport, scanner: JSONScanner) {
        self.report = report
        self.scanner = scanner
    }

    mutating func write(_ answer: Answer) -> [UInt8] {
        origin = answer.extras.origin
        var json = JSONWriter(capacity: 2048)
        json.object { json in
            json.member("id", answer.id)
            json.member("object", literal: "chat.completion")
            json.member("created", answer.created ?? 0)
            json.member("model", answer.model)
            json.array("choices") { json in
                for choice in answer.choices { write(choice, of: answer, &json) }
            }
            if let usage = answer.usage { ChatUsage.write(usage, &json) }
            json.member("service_tier", answer.serviceTier)
            json.write(own(answer.extras, at: .answer))
        }
        return json.bytes
    }

    /// `extras`, if they are of this dialect; others are noted as gone.
    private mutating func own(_ extras: Extras, at place: ExtrasPlace) -> Extras {
        if extras.origin == .openAIChat { return extras }
        report.dropped(extras, at: place, "chat completions have no such field")
        return Extras(.openAIChat)
    }

    private mutating func note(_ fate: LossReport.Fate, _ field: NeutralField, _ reason: String) {
        report.note(fate, field, of: origin, reason)
    }

    private mutating func write(_ choice: Answer.Choice, of answer: Answer, _ json: inout JSONWriter) {
        let extras = own(choice.extras, at: .choice)
        json.object { json in
            json.member("index", Int64(choice.index))
            json.object("message") { json in
                writeMessage(choice, answer.id, &json)
                json.write(extras.inside("message"))
            }
            if let logprobs = choice.logprobs {
                if origin == .openAIChat {
                    json.member("logprobs", logprobs)
                } else {
                    note(.dropped, .logprobs, "the dialects write them differently")
                }
            }
            ChatFinish.write(choice.stop, &json)
            if let more = choice.stop.extras { json.write(own(more, at: .choice)) }
            json.write(extras, except: ["message"])
        }
    }

    private mutating func writeMessage(_ choice: Answer.Choice, _ answerID: JSONString, _ json: inout JSONWriter) {
        json.member("role", literal: "assistant")
        writeContent(choice.parts, &json)
        writeRefusal(choice.parts, &json)
        writeReasoning(choice.parts, &json)
        writeImages(choice.parts, &json)
        writeCalls(choice, answerID, &json)
        for part in choice.parts {
            guard case .opaque(let origin, let fragment) = part.content, origin != .openAIChat else { continue }
            report.dropped(opaque: fragment, of: origin, at: .part, scanner, "chat completions have no such part")
        }
    }

    // MARK: Content

    /// Clients read a string. Parts that only this dialect has came in a list, and go back in one.
    private mutating func writeContent(_ parts: [Part], _ json: inout JSONWriter) {
        let content = parts.filter { part in
            if case .opaque(.openAIChat, _) = part.content { true } else { part.isText }
        }
        json.key("content")
        guard !content.isEmpty else { return json.null() }
        let isText = content.allSatisfy(\.isText)
        for part in content where isText || part.extras.origin != .openAIChat {
            report.dropped(part.extras, at: .part, "chat clients read plain text")
        }
        if isText { return json.value(JSONString(joining: content.compactMap(\.text))) }
        json.array { json in
            for part in content { writePart(part, &json) }
        }
    }

    private func writePart(_ part: Part, _ json: inout JSONWriter) {
        switch part.content {
        case .opaque(_, let fragment): json.value(fragment)
        case .text(let text):
            json.object { json in
                json.member("type", literal: "text")
                json.member("text", text)
                if part.extras.origin == .openAIChat { json.write(part.extras) }
            }
        default: break
        }
    }

    private func writeRefusal(_ parts: [Part], _ json: inout JSONWriter) {
        let refusals = parts.compactMap(\.refusal)
        json.key("refusal")
        if refusals.isEmpty { json.null() } else { json.value(JSONString(joining: refusals)) }
    }

    /// Pictures stand where OpenRouter has them; chat completions have no place of their own for them.
    private mutating func writeImages(_ parts: [Part], _ json: inout JSONWriter) {
        var urls: [JSONString] = []
        for part in parts {
            guard case .media(let media) = part.content else { continue }
            let choice = ChatContentForm.choose(media, from: origin, TargetRules())
            if media.kind == .image, case .link(_, let url, _)? = choice.form {
                urls.append(url)
            } else {
                note(.dropped, choice.field, "answers hold text and pictures alone")
            }
        }
        guard !urls.isEmpty else { return }
        json.array("images") { json in
            for url in urls { ChatImage.write(url, &json) }
        }
    }

    // MARK: Reasoning and calls

    private func writeReasoning(_ parts: [Part], _ json: inout JSONWriter) {
        let thoughts = parts.compactMap(\.reasoning)
        let text = JSONString(joining: thoughts.map(\.text))
        if !text.isEmpty { json.member("reasoning_content", text) }
        guard thoughts.contains(where: { $0.seal != nil }) else { return }
        json.array("reasoning_details") { json in
            var index: Int64 = 0
            for (place, part) in parts.enumerated() {
                if let reasoning = part.reasoning {
                    ChatReasoningDetail.write(reasoning, index: &index, place: place, &json)
                }
            }
        }
    }

    private mutating func writeCalls(_ choice: Answer.Choice, _ answerID: JSONString, _ json: inout JSONWriter) {
        guard choice.parts.contains(where: \.isCall) else { return }
        json.array("tool_calls") { json in
            var number = 0
            for part in choice.parts {
                guard case .call(let call) = part.content else { continue }
                let id = call.id ?? ChatCallWriter.id(answer: answerID, choice: choice.index, number: number)
                let extras = own(part.extras, at: .call)
                ChatCallWriter.write(call, id: id, seal: ChatCallWriter.seal(of: call, id: id), extras, &json)
                number += 1
            }
        }
    }
}

/// A picture in an answer.
enum ChatImage {
    static func write(_ url: JSONString, _ json: inout JSONWriter) {
        json.object { json in
            json.member("type", literal: "image_url")
            json.object("image_url") { $0.member("url", url) }
        }
    }
}
