// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Writes whole answers.
struct MessagesAnswerWriter {
    private let answer: Answer
    private let scanner: JSONScanner
    private(set) var report: LossReport
    private var madeIDs = 0

    init(_ answer: Answer, _ report: LossReport, _ scanner: JSONScanner) {
        self.answer = answer
        self.report = report
        self.scanner = scanner
    }

    private var origin: Format { answer.extras.origin }
    private var isNative: Bool { origin == .anthropicMessages }

    mutating func body() -> [UInt8] {
        if answer.choices.count > 1 { note(.dropped, .choices, "a message is one answer: the first") }
        let choice = answer.choices.first ?? Answer.Choice([], Stop(.failed), extras: Extras(origin))
        let parts = choice.parts.filter { isAcceptable($0, choice.stop) }
        return JSONWriter.object(capacity: 1024) { json in
            MessagesHead.write(id: answer.id, model: answer.model, &json)
            json.array("content") { json in for part in parts { write(part, &json) } }
            MessagesStop.write(
                choice.stop, hasCalls: parts.contains(where: \.isCall), hasRefusal: parts.contains(where: \.isRefusal),
                &json)
            writeUsage(&json)
            writeExtras(of: choice, &json)
        }
    }

    private mutating func writeUsage(_ json: inout JSONWriter) {
        if answer.usage == nil { report.emulated("usage", "the provider did not tell it: the counts are 0") }
        json.object("usage") { json in
            MessagesUsage.write(answer.usage, &json)
            if let tier = answer.serviceTier {
                if isNative {
                    json.member("service_tier", tier)
                } else {
                    note(.dropped, .serviceTier, "the tiers of other providers have no names here")
                }
            }
            if isNative { json.write(answer.extras.inside("usage")) }
        }
    }

    private mutating func writeExtras(of choice: Answer.Choice, _ json: inout JSONWriter) {
        if choice.logprobs != nil { note(.dropped, .logprobs, "a message has none") }
        if let extras = choice.stop.extras, extras.origin != .anthropicMessages {
            report.dropped(extras, at: .choice, "a message has no such field")
        }
        guard isNative else {
            report.dropped(answer.extras, at: .answer, "a message has no such field")
            return report.dropped(choice.extras, at: .choice, "a message has no such field")
        }
        json.write(answer.extras, except: MessagesFormat.innerObjects)
    }

    // MARK: Content

    private mutating func isAcceptable(_ part: Part, _ stop: Stop) -> Bool {
        switch part.content {
        case .text(let text): return !text.isEmpty
        case .refusal(let words):
            // Anthropic's own refusals say why in `stop_details`.
            if MessagesStop.hasDetails(stop) || words.isEmpty { return false }
            note(.moved, .refusal, "as text")
        case .reasoning(let reasoning): return !reasoning.text.isEmpty || reasoning.seal != nil
        case .call: break
        case .media(let media):
            note(.dropped, MessagesBlock.field(media.kind), "a message holds no media")
            return false
        case .result:
            report.dropped(ExtrasPlace.part.path(in: origin), "an answer holds no results of calls")
            return false
        case .opaque(let origin, let fragment):
            if origin == .anthropicMessages { return true }
            report.dropped(opaque: fragment, of: origin, at: .part, scanner, "a message has no such part")
            return false
        }
        return true
    }

    private mutating func write(_ part: Part, _ json: inout JSONWriter) {
        if case .opaque(_, let fragment) = part.content { return json.value(fragment) }
        if case .call(let call) = part.content { return write(call, part.extras, &json) }
        json.object { json in
            switch part.content {
            case .text(let text), .refusal(let text):
                json.member("type", literal: "text")
                json.member("text", text)
            case .reasoning(let reasoning): MessagesBlock.write(reasoning, &json)
            case .call, .media, .result, .opaque: break
            }
            write(part.extras, &json)
        }
    }

    private mutating func write(_ call: ToolCall, _ extras: Extras, _ json: inout JSONWriter) {
        let id = call.id ?? nextID()
        if let seal = call.seal { json.object { MessagesBlock.write(seal, of: id, &$0) } }
        json.object { json in
            json.member("type", literal: "tool_use")
            json.member("id", id)
            json.member("name", call.name)
            if let input = call.arguments.object(scanner) {
                json.member("input", input)
            } else {
                report.emulated(ExtrasPlace.call.path(in: origin), "arguments that are no JSON object, as one argument")
                json.object("input") { $0.member("arguments", call.arguments.encoded) }
            }
            write(extras, &json)
        }
    }

    private mutating func nextID() -> JSONString {
        madeIDs += 1
        return MessagesHead.callID(madeIDs, in: answer.id)
    }

    private mutating func write(_ extras: Extras, _ json: inout JSONWriter) {
        if extras.origin == .anthropicMessages { return json.write(extras, except: MessagesFormat.innerObjects) }
        report.dropped(extras, at: .part, "a message has no such field")
    }

    private mutating func note(_ fate: LossReport.Fate, _ field: NeutralField, _ reason: String) {
        report.note(fate, field, of: origin, reason)
    }
}

/// What an answer begins with.
enum MessagesHead {
    static func write(id: JSONString, model: JSONString, _ json: inout JSONWriter) {
        json.member("id", id.escaped.starts(with: "msg_".utf8) ? id : JSONString(joining: ["msg_", id]))
        json.member("type", literal: "message")
        json.member("role", literal: "assistant")
        json.member("model", model)
    }

    /// An identifier for a call that came without one: `number` tells the calls of one answer apart.
    static func callID(_ number: Int, in answer: JSONString) -> JSONString {
        let letters = answer.text.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return JSONString("toolu_\(letters.suffix(40))_\(number)")
    }
}
