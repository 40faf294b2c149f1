// SPDX-License-Identifier: Apache-2.0

import GatewayFormats

/// Takes out of conversations what a report says was not kept, so that the rest can be compared.
///
/// Of what stands for a whole setting, the setting is cleared. What holds a marker is taken out wherever it went: a report
/// that names late instructions excuses the texts that were late instructions at first, and no others.
struct Forgetting {
    private let fields: Set<NeutralField>
    /// As the reports name them: extras are found by their path.
    private let paths: Set<String>
    /// Markers of what is taken out.
    private let gone: Set<String>
    /// Markers of texts of failures, which may have been added to.
    private let failures: Set<String>

    /// - fields: those that the reports of the trip name as anything but kept.
    /// - content: that of the conversation as it was at first.
    init(_ fields: Set<NeutralField>, _ paths: Set<String>, of content: MarkedContent) {
        self.fields = fields
        self.paths = paths
        gone = Set(content.items.filter { !fields.isDisjoint(with: $0.fields) }.map(\.marker))
        failures = fields.contains(.resultError) ? content.failures : []
    }

    func callAsFunction(_ conversation: Conversation) -> Conversation {
        guard !paths.isEmpty else { return conversation }
        var result = conversation
        forget(&result.extras, at: .conversation)
        result.instructions = result.instructions.compactMap(forget)
        result.turns = NormalForm.merged(numbered(result.turns).compactMap(forget))
        result.tools = fields.contains(.tools) ? [] : result.tools.compactMap(forget)
        forgetSettings(&result)
        forgetSampling(&result.sampling)
        return result
    }

    // MARK: Settings

    private func forget<Value>(_ field: NeutralField, _ value: inout Value?) {
        if fields.contains(field) { value = nil }
    }

    private func forgetSettings(_ conversation: inout Conversation) {
        forget(.toolChoice, &conversation.toolChoice)
        forget(.parallelCalls, &conversation.allowsParallelCalls)
        forget(.maxOutputTokens, &conversation.maxOutputTokens)
        forget(.outputSchema, &conversation.output)
        if fields.contains(.outputSchema) {
            // A tool may stand for the schema, and must be called then.
            conversation.toolChoice = nil
            conversation.allowsParallelCalls = nil
        }
        forget(.jsonObject, &conversation.output)
        forget(.reasoning, &conversation.reasoning)
        if fields.contains(.reasoningShown) { conversation.reasoning?.shown = nil }
        forget(.endUser, &conversation.endUser)
        forget(.metadata, &conversation.metadata)
        forget(.serviceTier, &conversation.serviceTier)
        forget(.cacheMark, &conversation.cacheMark)
    }

    private func forgetSampling(_ sampling: inout Sampling) {
        forget(.temperature, &sampling.temperature)
        forget(.topP, &sampling.topP)
        forget(.topK, &sampling.topK)
        forget(.seed, &sampling.seed)
        forget(.presencePenalty, &sampling.presencePenalty)
        forget(.frequencyPenalty, &sampling.frequencyPenalty)
        if fields.contains(.stop) { sampling.stop = [] }
        forget(.choices, &sampling.choices)
        forget(.logprobs, &sampling.logprobs)
        forget(.topLogprobs, &sampling.topLogprobs)
        forget(.logitBias, &sampling.logitBias)
    }

    private func forget(_ extras: inout Extras, at place: ExtrasPlace) {
        let path = place.path(in: extras.origin)
        extras.members.removeAll { member in
            paths.contains(path.isEmpty ? member.name.text : "\(path).\(member.name.text)")
        }
        extras = NormalForm.bare(extras)
    }

    private func forget(_ tool: Tool) -> Tool? {
        if fields.contains(.outputSchema), tool.name.markers.isEmpty { return nil }
        var tool = tool
        forget(&tool.extras, at: .tool)
        forget(.cacheMark, &tool.cacheMark)
        // A schema may have been made one that strict tools take.
        if fields.contains(.toolStrictness), case .function = tool.kind {
            tool.kind = .function(parameters: nil, strict: nil)
        }
        return tool
    }

    // MARK: Turns

    private func forget(_ instruction: Instruction) -> Instruction? {
        var instruction = instruction
        instruction.parts = forget(instruction.parts)
        return instruction.parts.isEmpty ? nil : instruction
    }

    private func forget(_ turn: Turn) -> Turn? {
        var turn = turn
        forget(&turn.extras, at: .turn)
        turn.parts = forget(turn.parts)
        forget(.participantName, &turn.name)
        return turn.parts.isEmpty ? nil : turn
    }

    private func forget(_ parts: [Part]) -> [Part] {
        var kept = parts.compactMap(forget)
        if fields.contains(.partOrder) { kept.sort { $0.markers.lexicographicallyPrecedes($1.markers) } }
        return fields.contains(.textParts) ? joined(kept) : kept
    }

    private func forget(_ part: Part) -> Part? {
        guard !part.isAddition else { return nil }
        if !gone.isDisjoint(with: part.removableMarkers) {
            // Of texts that were made one, the others remain.
            let others = part.markers.filter { !gone.contains($0) }
            guard fields.contains(.textParts), part.isText, !others.isEmpty else { return nil }
            return Part.text(of: others, part)
        }
        var part = part
        forget(&part.extras, at: .part)
        forget(.cacheMark, &part.cacheMark)
        switch part.content {
        case .media(var media):
            forget(.imageDetail, &media.detail)
            part.content = .media(media)
        case .reasoning(var reasoning):
            forget(.seal, &reasoning.seal)
            if fields.contains(.reasoningText) { reasoning.text = "" }
            if reasoning.text.isEmpty, reasoning.seal == nil { return nil }
            part.content = .reasoning(reasoning)
        case .call(var call):
            forget(.seal, &call.seal)
            part.content = .call(call)
        case .result(let result): part.content = .result(forget(result))
        case .text, .refusal, .opaque: break
        }
        return part
    }

    private func forget(_ result: ToolResult) -> ToolResult {
        var result = result
        result.content = forget(result.content)
        if fields.contains(.resultError) { result.isError = false }
        result.content = result.content.map { part in
            part.isText && !failures.isDisjoint(with: part.markers) ? Part.text(of: part.markers, part) : part
        }
        return result
    }

    /// Neighbouring texts as one, which holds their markers.
    private func joined(_ parts: [Part]) -> [Part] {
        parts.reduce(into: []) { result, part in
            if part.isText, let last = result.last, last.isText {
                result[result.count - 1] = Part.text(of: last.markers + part.markers, part)
            } else {
                result.append(part.isText ? Part.text(of: part.markers, part) : part)
            }
        }
    }

    /// Identifiers of calls by their order, where a report says that they were changed: what belongs together still does.
    private func numbered(_ turns: [Turn]) -> [Turn] {
        guard fields.contains(.callID) else { return turns }
        var numbers: [JSONString: JSONString] = [:]
        func number(_ id: JSONString) -> JSONString {
            let known = numbers[id] ?? JSONString("call_\(numbers.count)")
            numbers[id] = known
            return known
        }
        return turns.map { turn in
            var turn = turn
            for index in turn.parts.indices {
                switch turn.parts[index].content {
                case .call(var call):
                    call.id = call.id.map(number)
                    turn.parts[index].content = .call(call)
                case .result(var result):
                    result.callID = result.callID.map(number)
                    turn.parts[index].content = .result(result)
                default: break
                }
            }
            return turn
        }
    }
}
