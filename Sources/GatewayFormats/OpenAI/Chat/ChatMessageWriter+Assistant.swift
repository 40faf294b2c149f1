// SPDX-License-Identifier: Apache-2.0

/// What messages of the assistant hold besides content: a refusal and reasoning.
extension ChatMessageWriter {
    /// Notes that the order of parts is lost where it is not the dialect's: reasoning, content, a refusal, calls.
    mutating func noteOrder(_ parts: [Part]) {
        var last = 0
        for part in parts {
            let rank =
                switch part.content {
                case .reasoning: sendsDetails(of: parts) ? last : 0
                case .text, .media, .opaque, .result: 1
                case .refusal: 2
                case .call: 3
                }
            if rank < last { return note(.moved, .partOrder, "chat messages have text first, then calls") }
            last = rank
        }
    }

    mutating func writeRefusal(_ parts: [Part], _ json: inout JSONWriter) {
        let refusals = parts.filter(\.isRefusal)
        guard !refusals.isEmpty else { return }
        if refusals.count > 1 { note(.moved, .refusal, "chat messages have one refusal") }
        for part in refusals {
            if part.cacheMark != nil { note(.dropped, .cacheMark, "a refusal holds no marks") }
            report.dropped(part.extras, at: .part, "a refusal holds nothing else")
        }
        json.member("refusal", JSONString(joining: refusals.compactMap(\.refusal)))
    }

    // MARK: Reasoning

    /// Reasoning of earlier turns: with its seals where the provider hands them on to who can read them, as plain text
    /// where it wants that back, else not at all.
    mutating func writeReasoning(_ parts: [Part], _ json: inout JSONWriter) {
        let thoughts = parts.compactMap(\.reasoning)
        guard !thoughts.isEmpty else { return }
        let sendsDetails = sendsDetails(of: parts)
        noteSeals(of: thoughts)
        if sendsDetails { writeDetails(parts, &json) }
        let text = JSONString(joining: thoughts.map(\.text))
        if text.isEmpty { return }
        guard rules.wantsReasoningBack else {
            if !sendsDetails { note(.dropped, .reasoningText, "the provider wants no reasoning back") }
            return
        }
        if !sendsDetails { noteJoining(thoughts) }
        json.member(rules.reasoningField == .reasoning ? "reasoning" : "reasoning_content", text)
    }

    private func sendsDetails(of parts: [Part]) -> Bool {
        guard !rules.handsSealsTo.isEmpty, !refuses("messages[].reasoning_details") else { return false }
        return parts.contains { part in
            part.reasoning?.seal.map { rules.handsSealsTo.contains($0.issuer) } ?? false
        }
    }

    private mutating func noteSeals(of thoughts: [Reasoning]) {
        let isRefused = refuses("messages[].reasoning_details")
        for case let seal? in thoughts.map(\.seal) {
            let isKept = !isRefused && rules.handsSealsTo.contains(seal.issuer)
            note(isKept ? .kept : .dropped, .seal, isKept ? "" : "only its issuer can read it")
        }
    }

    private mutating func noteJoining(_ thoughts: [Reasoning]) {
        let isPlain = thoughts.count == 1 && !thoughts[0].isSummary
        note(isPlain ? .kept : .moved, .reasoningText, isPlain ? "" : "chat messages have reasoning in one piece")
    }

    private mutating func writeDetails(_ parts: [Part], _ json: inout JSONWriter) {
        json.array("reasoning_details") { json in
            var index: Int64 = 0
            for (place, part) in parts.enumerated() {
                guard var reasoning = part.reasoning else { continue }
                if let seal = reasoning.seal, !rules.handsSealsTo.contains(seal.issuer) { reasoning.seal = nil }
                ChatReasoningDetail.write(reasoning, index: &index, place: place, &json)
            }
        }
    }
}
