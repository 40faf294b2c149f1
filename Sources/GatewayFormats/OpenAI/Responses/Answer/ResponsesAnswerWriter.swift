// SPDX-License-Identifier: Apache-2.0

/// Writes whole answers.
struct ResponsesAnswerWriter {
    private let answer: Answer
    private let scanner: JSONScanner
    private var report: LossReport
    private var items: [ResponsesOutputItem] = []

    static func write(
        _ answer: Answer, _ echo: ResponsesEcho, _ report: inout LossReport, _ scanner: JSONScanner
    ) -> [UInt8] {
        var writer = ResponsesAnswerWriter(answer: answer, scanner: scanner, report: report)
        defer { report = writer.report }
        return writer.write(echo)
    }

    private init(answer: Answer, scanner: JSONScanner, report: LossReport) {
        self.answer = answer
        self.scanner = scanner
        self.report = report
    }

    private mutating func write(_ echo: ResponsesEcho) -> [UInt8] {
        let stop = answer.choices.first?.stop ?? Stop(.finished)
        if let choice = answer.choices.first { add(choice) }
        if answer.choices.count > 1 {
            report.note(.dropped, .choices, of: answer.extras.origin, "the Responses API gives one answer")
        }
        let isOwn = answer.extras.origin == .openAIResponses
        if stop.matched != nil { report.dropped("stop_sequence", "the Responses API does not say which one was met") }
        if !isOwn { report.dropped(answer.extras, at: .answer, "only \(answer.extras.origin.rawValue) has it") }
        let state = ResponsesEnvelope.State(
            status: ResponsesStop.status(stop), incompleteReason: ResponsesStop.reason(stop, isOwn: isOwn),
            error: stop.reason == .failed ? ResponsesError.object(stop) : nil, usage: answer.usage,
            serviceTier: isOwn ? answer.serviceTier : nil,
            extras: isOwn ? answer.extras : Extras(.openAIResponses))
        let envelope = ResponsesEnvelope(id: answer.id, model: answer.model, created: answer.created, echo)
        if state.status != .completed, let last = items.indices.last { items[last].status = .incomplete }
        var json = JSONWriter(capacity: 4096)
        envelope.write(state, &json) { json in
            for item in items { item.write(&json) }
        }
        return json.bytes
    }

    // MARK: Items

    private mutating func add(_ choice: Answer.Choice) {
        if choice.extras.origin != .openAIResponses {
            report.dropped(choice.extras, at: .choice, "only \(choice.extras.origin.rawValue) has it")
        }
        var logprobs = choice.logprobs.flatMap(tokens)
        var rest = choice.parts[...]
        while let part = rest.first {
            let count: Int
            if part.isOfMessage {
                count = rest.prefix { $0.isOfMessage && $0.id == part.id }.count
                add(message: rest.prefix(count), &logprobs)
            } else if case .reasoning = part.content {
                count = ResponsesReasoning.count(atStartOf: rest)
                add(reasoning: rest.prefix(count))
            } else {
                count = 1
                add(part)
            }
            rest.removeFirst(count)
        }
    }

    private func id(_ kind: ResponsesItemID.Kind, _ own: JSONString?) -> JSONString {
        own ?? ResponsesItemID.make(kind, items.count, of: answer.id)
    }

    private mutating func add(message parts: ArraySlice<Part>, _ logprobs: inout JSONFragment?) {
        var item = ResponsesOutputItem(id(.message, parts.first?.id), .message)
        item.extras = parts.first.map { own($0.extras).inside("item") } ?? item.extras
        for part in parts {
            var piece: ResponsesOutputItem.Piece
            switch part.content {
            case .text(let text): piece = .init(.text, text)
            case .refusal(let text): piece = .init(.refusal, text)
            case .media, .reasoning, .call, .result, .opaque: continue
            }
            piece.extras = part.extras.origin == .openAIResponses ? part.extras : piece.extras
            piece.extras.members.removeAll { $0.name.reads(prefix: "item.") }
            if piece.kind == .text, let tokens = logprobs {
                piece.extras.members.append(.init(name: "logprobs", value: tokens))
                logprobs = nil
            }
            item.pieces.append(piece)
        }
        items.append(item)
    }

    private mutating func add(reasoning parts: ArraySlice<Part>) {
        let reasoning = parts.compactMap { if case .reasoning(let reasoning) = $0.content { reasoning } else { nil } }
        let seal = reasoning.last?.seal
        let sealID = seal?.issuer == .openAI ? seal?.id : nil
        var item = ResponsesOutputItem(id(.reasoning, sealID ?? parts.first?.id), .reasoning)
        for part in parts { item.extras.members += own(part.extras).members }
        item.pieces = reasoning.filter { !$0.text.isEmpty || !$0.isSummary }.map {
            .init($0.isSummary ? .summary : .thought, $0.text)
        }
        item.sealed = seal?.sealed(for: item.id)
        items.append(item)
    }

    private mutating func add(_ part: Part) {
        switch part.content {
        case .call(let call): add(call, part)
        case .media(let media): add(media, part)
        case .opaque(.openAIResponses, let fragment): items.append(ResponsesOutputItem("", .opaque(fragment)))
        case .opaque(let origin, let fragment):
            report.dropped(opaque: fragment, of: origin, at: .part, scanner, "only \(origin.rawValue) has it")
        case .text, .refusal, .reasoning, .result: break
        }
    }

    private mutating func add(_ call: ToolCall, _ part: Part) {
        var item = ResponsesOutputItem.call(call, id(call.arguments.isCustom ? .customCall : .call, part.id))
        item.extras = own(part.extras)
        items.append(item)
        guard let seal = call.seal, case .call(let callID, _) = item.kind else { return }
        items.append(.seal(seal, ofCall: callID, id(.reasoning, nil)))
    }

    private mutating func add(_ media: Media, _ part: Part) {
        guard media.kind == .image, case .data(let data) = media.source else {
            return report.note(.dropped, .audio, of: answer.extras.origin, "answers hold text and pictures")
        }
        if part.id == nil { report.note(.moved, .image, of: answer.extras.origin, "it is an item of its own") }
        var item = ResponsesOutputItem(id(.image, part.id), .image(data, type: media.mediaType))
        item.extras = own(part.extras)
        items.append(item)
    }

    private mutating func own(_ extras: Extras) -> Extras {
        if extras.origin == .openAIResponses { return extras }
        report.dropped(extras, at: .part, "only \(extras.origin.rawValue) has it")
        return Extras(.openAIResponses)
    }

    /// The probabilities of the text's tokens, out of the form that chat completions have them in.
    private func tokens(_ logprobs: JSONFragment) -> JSONFragment? {
        guard let content = try? scanner.parse(Array(logprobs.bytes)).root["content"], content.kind == .array else {
            return nil
        }
        return content.fragment
    }
}
