// SPDX-License-Identifier: Apache-2.0

/// Makes contents of turns: neighbours of one role in one, the results of calls in the order of the calls, functions named
/// in results, signatures where they belong; and tells the report what becomes of everything else.
struct GeminiContentPlanner {
    struct Content {
        var isModel: Bool
        var parts: [GeminiPart]
        var extras: Extras
        /// Whether a call in it was made by another model, as far as one can tell.
        var hasForeignCalls = false

        /// Adds a part that needs nothing to be known around it.
        mutating func append(_ part: Part) { GeminiPart(standing: part).map { parts.append($0) } }
    }

    /// The function and the place among all calls of a call.
    private struct Call {
        var name: JSONString
        var place: Int
    }

    private let rules: TargetRules
    private let scanner: JSONScanner
    private let origin: Format
    private var ids: CallIDMap
    private var calls: [JSONString: Call] = [:]
    private(set) var contents: [Content] = []
    private(set) var report: LossReport

    init(_ origin: Format, _ rules: TargetRules, _ report: LossReport, _ scanner: JSONScanner) {
        self.origin = origin
        self.rules = rules
        self.report = report
        self.scanner = scanner
        ids = CallIDMap(rules.callIDs)
    }

    private var isOwn: Bool { origin == .gemini }

    private mutating func note(_ fate: LossReport.Fate, _ field: NeutralField, _ reason: String) {
        report.note(fate, field, of: origin, reason)
    }

    private mutating func drop(_ extras: Extras, at place: ExtrasPlace) {
        guard extras.origin != .gemini else { return }
        report.dropped(extras, at: place, "Gemini has no such field")
    }

    // MARK: Contents

    mutating func add(_ turns: [Turn]) throws(FormatFault) {
        var rest = turns[...]
        while let first = rest.first {
            let run = isOwn || first.role != .tool ? rest.prefix(1) : rest.prefix { $0.role == .tool }
            run.forEach { noteSurroundings(of: $0) }
            let parts = run.count == 1 ? first.parts : run.flatMap(\.parts)
            try add(isOwn ? parts : inCallOrder(parts), role: first.role, first.extras)
            rest.removeFirst(run.count)
        }
        contents = contents.map { $0.isModel ? withSignatures($0) : $0 }
    }

    private mutating func noteSurroundings(of turn: Turn) {
        if turn.name != nil { note(.dropped, .participantName, "Gemini does not tell participants apart") }
        if case .instruction = turn.role {
            note(.emulated, .lateInstruction, "as the user's words: Gemini's instructions stand at the beginning")
        }
        drop(turn.extras, at: .turn)
    }

    private mutating func add(_ parts: [Part], role: Turn.Role, _ extras: Extras) throws(FormatFault) {
        var content = Content(isModel: role == .assistant, parts: [], extras: extras)
        var behind: [GeminiPart] = []
        for part in parts { try add(part, to: &content, behind: &behind) }
        content.parts += behind
        guard !content.parts.isEmpty else { return }
        guard let last = contents.indices.last, contents[last].isModel == content.isModel,
            !isOwn || content.extras.isEmpty
        else { return contents.append(content) }
        contents[last].parts += content.parts
        contents[last].hasForeignCalls = contents[last].hasForeignCalls || content.hasForeignCalls
    }

    /// The parts with results in the order of their calls. Only turns of results have any.
    private func inCallOrder(_ parts: [Part]) -> [Part] {
        guard parts.count > 1, parts[0].isResult else { return parts }
        let places = parts.map { part -> Int in
            guard case .result(let result) = part.content, let id = result.callID else { return .max }
            return calls[id]?.place ?? .max
        }
        if zip(places, places.dropFirst()).allSatisfy({ $0 <= $1 }) { return parts }
        let order = parts.indices.sorted { (places[$0], $0) < (places[$1], $1) }
        return order.map { parts[$0] }
    }

    /// The content with signatures where they belong, and with the stand-in on the first call of another model's turn,
    /// without which Gemini 3 refuses it.
    private mutating func withSignatures(_ content: Content) -> Content {
        var content = content
        content.parts = GeminiPart.placingSignatures(content.parts, looksAhead: !isOwn)
        guard content.hasForeignCalls, rules.reasoning == .effort, !rules.refusedFields.contains("thoughtSignature"),
            let first = content.parts.firstIndex(where: \.isCall),
            !content.parts.contains(where: { $0.isCall && $0.signature != nil })
        else { return content }
        content.parts[first].signature = GeminiSeals.standIn
        note(.emulated, .seal, "calls that Gemini did not sign bear the stand-in that it documents for them")
        return content
    }

    // MARK: Parts

    private mutating func noteSurroundings(of part: Part) {
        if part.cacheMark != nil { note(.emulated, .cacheMark, "Gemini caches repeated beginnings by itself") }
        drop(part.extras, at: .part)
    }

    private mutating func add(
        _ part: Part, to content: inout Content, behind: inout [GeminiPart]
    ) throws(FormatFault) {
        noteSurroundings(of: part)
        switch part.content {
        case .text(let text) where text.isEmpty && !isOwn: break  // Gemini refuses it, and nothing is lost.
        case .refusal:
            note(.emulated, .refusal, "as text")
            content.append(part)
        case .media(let media): if accepts(media) { content.append(part) }
        case .text, .opaque(.gemini, _): content.append(part)
        case .reasoning(let reasoning): add(reasoning, part.extras, to: &content)
        case .call(let call): add(call, part.extras, to: &content)
        case .result(let result): try add(result, part.extras, to: &content, behind: &behind)
        case .opaque(let origin, let fragment): drop(opaque: fragment, of: origin)
        }
    }

    private mutating func drop(opaque fragment: JSONFragment, of origin: Format) {
        report.dropped(opaque: fragment, of: origin, at: .part, scanner, "Gemini has no such part")
    }

    /// Whether Gemini can be given `media`. What it says besides is noted.
    private mutating func accepts(_ media: Media) -> Bool {
        let field = field(of: media)
        if let refusal = GeminiMedia.refusal(of: media, from: origin, rules) {
            note(.dropped, field, refusal)
            return false
        }
        if case .text = media.source { note(.moved, field, "as bytes of plain text") }
        if media.name != nil, !isOwn {
            report.dropped("\(field.name(in: origin)).name", "Gemini does not name what it is shown")
        }
        if let detail = media.detail, !detail.reads("auto") {
            note(.dropped, .imageDetail, "Gemini looks at all pictures of a request alike")
        }
        return true
    }

    private func field(of media: Media) -> NeutralField {
        switch media.kind {
        case .image:
            if case .url = media.source { .imageURL } else { .image }
        case .audio: .audio
        case .video: .video
        case .document: .document
        }
    }

    private mutating func add(_ reasoning: Reasoning, _ extras: Extras, to content: inout Content) {
        let signature = GeminiSeals.writeProvider(reasoning.seal)
        let isForeign = reasoning.seal != nil && signature == nil
        if isForeign { note(.dropped, .seal, "only the provider that issued it can read it") }
        guard signature != nil || isOwn && !isForeign else {
            if !reasoning.text.isEmpty { note(.dropped, .reasoningText, "Gemini takes back only its own thoughts") }
            return
        }
        let isCarrier = reasoning.text.isEmpty && !reasoning.isSummary
        let body: GeminiPart.Body = isCarrier ? .text("") : .thought(reasoning.text)
        content.parts.append(GeminiPart(body, signature: signature, extras: extras))
    }

    private mutating func add(_ call: ToolCall, _ extras: Extras, to content: inout Content) {
        if let id = call.id { calls[id] = Call(name: call.name, place: calls.count) }
        let signature = GeminiSeals.writeProvider(call.seal)
        if call.seal != nil, signature == nil { note(.dropped, .seal, "only the provider that issued it can read it") }
        content.hasForeignCalls = content.hasForeignCalls || !isOwn || call.seal.map { $0.issuer != .gemini } ?? false
        let body = GeminiPart.Body.call(id: sent(call.id), name: call.name, arguments: arguments(of: call))
        content.parts.append(GeminiPart(body, signature: signature, extras: extras))
    }

    /// The identifier to send: none that was made up for a call which had none.
    private mutating func sent(_ id: JSONString?) -> JSONString? {
        guard let id, !(isOwn && GeminiCallLinks.isMade(id)) else { return nil }
        guard !rules.refusedFields.contains("functionCall.id") else {
            note(.emulated, .callID, "results are linked by name and order")
            return nil
        }
        return ids(id)
    }

    private mutating func arguments(of call: ToolCall) -> JSONFragment {
        if let object = call.arguments.object(scanner) { return object }
        let name: StaticString
        if case .text = call.arguments {
            name = GeminiTools.customInput
        } else {
            name = "arguments"
            report.emulated(
                "\(ExtrasPlace.call.path(in: origin)).arguments", "arguments that are no object as text in one")
        }
        let text = call.arguments.encoded
        return JSONFragment(JSONWriter.object { $0.member(name, text) }[...])
    }

    // MARK: Results

    private mutating func add(
        _ result: ToolResult, _ extras: Extras, to content: inout Content, behind: inout [GeminiPart]
    ) throws(FormatFault) {
        guard let name = result.name ?? result.callID.flatMap({ calls[$0]?.name }) else {
            throw FormatFault(
                NeutralField.callID.name(in: origin),
                "names no call of the conversation before it: send the call and its result together")
        }
        result.content.forEach { noteSurroundings(of: $0) }
        var media = result.content.filter { isMedia($0) }.compactMap { GeminiPart(standing: $0) }
        if !media.isEmpty, rules.refusedFields.contains("functionResponse.parts") {
            note(.emulated, .resultMedia, "behind the results, as the user's")
            behind += media
            media = []
        }
        let response = GeminiToolResult.response(of: result, isOwn: isOwn, scanner)
        let body = GeminiPart.Body.result(id: sent(result.callID), name: name, response: response, media: media)
        content.parts.append(GeminiPart(body, extras: extras))
    }

    /// Whether a part of a result is one that stands beside its text.
    private mutating func isMedia(_ part: Part) -> Bool {
        switch part.content {
        case .media(let media): return accepts(media)
        case .opaque(.gemini, _): return true
        case .opaque(let origin, let fragment):
            drop(opaque: fragment, of: origin)
            return false
        default: return false
        }
    }
}
