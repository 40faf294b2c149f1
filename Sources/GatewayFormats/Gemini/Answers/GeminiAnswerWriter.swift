// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Writes `GenerateContentResponse` for clients.
struct GeminiAnswerWriter {
    private let answer: Answer
    private let scanner: JSONScanner
    private var report: LossReport

    static func write(_ answer: Answer, _ report: inout LossReport, _ scanner: JSONScanner) -> [UInt8] {
        var writer = GeminiAnswerWriter(answer: answer, scanner: scanner, report: report)
        let body = writer.written()
        report = writer.report
        return body
    }

    private var origin: Format { answer.extras.origin }
    private var isOwn: Bool { origin == .gemini }

    private mutating func written() -> [UInt8] {
        if !isOwn {
            report.dropped(answer.extras, at: .answer, "Gemini has no such field")
            if answer.serviceTier != nil { report.note(.dropped, .serviceTier, of: origin, "Gemini does not tell it") }
        }
        var json = JSONWriter(capacity: 1024)
        json.object { json in
            let choices = answer.choices.filter { !tellsOfBlockedPrompt($0) }
            if !choices.isEmpty { json.array("candidates") { json in choices.forEach { write($0, &json) } } }
            json.writeOwn(answer.extras, except: ["usageMetadata"])
            if let usage = answer.usage { GeminiUsage.write(usage, answer.extras, &json) }
            if !answer.model.isEmpty { json.member("modelVersion", answer.model) }
            if !answer.id.isEmpty { json.member("responseId", answer.id) }
        }
        return json.bytes
    }

    /// Whether a choice says only what Gemini's `promptFeedback`, which is among the extras, says.
    private func tellsOfBlockedPrompt(_ choice: Answer.Choice) -> Bool {
        guard isOwn, choice.parts.isEmpty, choice.stop.reason == .contentFilter else { return false }
        return answer.extras.members.contains { $0.name.reads("promptFeedback") || $0.name.reads("prompt_feedback") }
    }

    private mutating func write(_ choice: Answer.Choice, _ json: inout JSONWriter) {
        if !isOwn { report.dropped(choice.extras, at: .choice, "Gemini has no such field") }
        var parts = GeminiAnswerParts(origin, report, scanner)
        parts.add(choice.parts)
        report = parts.report
        json.object { json in
            json.object("content") { json in
                json.member("role", literal: "model")
                json.array("parts") { json in parts.parts.forEach { $0.write(&json) } }
                json.writeOwn(choice.extras, inside: "content")
            }
            writeStop(choice.stop, parts.malformed, &json)
            json.member("index", Int64(choice.index))
            if let logprobs = choice.logprobs { GeminiLogprobs.write(logprobs, choice.extras, scanner, &json) }
            json.writeOwn(choice.extras, except: ["content", "logprobsResult"])
        }
    }

    /// A call that cannot be written is told of as Gemini tells of one of its own.
    private func writeStop(_ stop: Stop, _ malformed: JSONString?, _ json: inout JSONWriter) {
        if let malformed, stop.reason == .toolCalls || stop.reason == .finished {
            json.member("finishReason", literal: "MALFORMED_FUNCTION_CALL")
            return json.member("finishMessage", malformed)
        }
        if isOwn, stop.native == nil { return }
        json.member("finishReason", GeminiStop.write(stop, isOwn: isOwn))
    }
}

/// Makes parts for clients of the parts of an answer.
struct GeminiAnswerParts {
    private let origin: Format
    private let scanner: JSONScanner
    private(set) var parts: [GeminiPart] = []
    /// What is wrong with a call whose arguments are no JSON object.
    private(set) var malformed: JSONString?
    private(set) var report: LossReport

    init(_ origin: Format, _ report: LossReport, _ scanner: JSONScanner) {
        self.origin = origin
        self.report = report
        self.scanner = scanner
    }

    mutating func add(_ answered: [Part]) {
        for part in answered { add(part) }
        parts = GeminiPart.placingSignatures(parts, looksAhead: false)
    }

    private mutating func add(_ part: Part) {
        if part.extras.origin != .gemini { report.dropped(part.extras, at: .part, "Gemini has no such field") }
        switch part.content {
        case .text, .media: append(part)
        case .refusal:
            report.note(.emulated, .refusal, of: origin, "as text")
            append(part)
        case .reasoning(let reasoning): if let made = Self.part(of: reasoning, part.extras) { parts.append(made) }
        case .call(let call): add(call, part.extras)
        case .opaque(.gemini, _): append(part)
        case .opaque(let origin, let fragment):
            report.dropped(opaque: fragment, of: origin, at: .part, scanner, "Gemini has no such part")
        case .result: report.dropped(ExtrasPlace.part.path(in: origin), "Gemini's answers hold no results of calls")
        }
    }

    private mutating func append(_ part: Part) { GeminiPart(standing: part).map { parts.append($0) } }

    /// Nil when nothing was thought.
    static func part(of reasoning: Reasoning, _ extras: Extras) -> GeminiPart? {
        let signature = reasoning.seal.map { GeminiSeals.writeClient($0) }
        guard !reasoning.text.isEmpty || signature != nil || reasoning.isSummary else { return nil }
        let isCarrier = reasoning.text.isEmpty && !reasoning.isSummary && reasoning.seal?.issuer == .gemini
        let body: GeminiPart.Body = isCarrier ? .text("") : .thought(reasoning.text)
        return GeminiPart(body, signature: signature, extras: extras)
    }

    private mutating func add(_ call: ToolCall, _ extras: Extras) {
        var arguments = call.arguments.object(scanner)
        if case .text(let text) = call.arguments {
            arguments = JSONFragment(JSONWriter.object { $0.member(GeminiTools.customInput, text) }[...])
        }
        guard let arguments else {
            malformed = Self.complaint(call.name, call.arguments.encoded)
            let place = ExtrasPlace.call.path(in: origin)
            return report.dropped("\(place).arguments", "arguments that are no JSON object cannot be sent as a call")
        }
        let signature = call.seal.map { GeminiSeals.writeClient($0, call: call.id) }
        let body = GeminiPart.Body.call(id: call.id, name: call.name, arguments: arguments)
        parts.append(GeminiPart(body, signature: signature, extras: extras))
    }

    /// Says which call the model got wrong, and how.
    static func complaint(_ name: JSONString, _ arguments: JSONString) -> JSONString {
        JSONString(joining: ["Malformed function call: ", name, " with arguments ", arguments])
    }
}
