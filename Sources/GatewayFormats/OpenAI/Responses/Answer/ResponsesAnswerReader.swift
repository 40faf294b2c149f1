// SPDX-License-Identifier: Apache-2.0

/// Reads whole answers.
enum ResponsesAnswerReader {
    static func read(_ body: JSONValue) throws(FormatFault) -> Answer {
        var fields = try ObjectReader(body)
        guard let items = try fields.map("output", item) else {
            throw FormatFault("output", "is missing; an answer has a list of items")
        }
        var parts: [Part] = []
        var sealsOfCalls: [JSONString: Seal] = [:]
        for item in items {
            switch item {
            case .made(let made): parts += made
            case .sealOfCall(let call, let seal): sealsOfCalls[call] = seal
            case .message, .result: break
            }
        }
        if !sealsOfCalls.isEmpty { parts.seal(with: sealsOfCalls) }
        let logprobs = logprobs(takenFrom: &parts)
        let extras = Extras(.openAIResponses)
        let choice = Answer.Choice(parts, try stop(&fields, parts), logprobs: logprobs, extras: extras)
        let created = fields.value("created_at").flatMap(seconds)
        var answer = Answer(
            id: try fields.string("id") ?? "", model: try fields.string("model") ?? "", created: created,
            choices: [choice], usage: OpenAIUsage.read(fields.value("usage"), naming: .responses),
            serviceTier: try fields.string("service_tier"), extras: extras)
        _ = fields.value("object")
        answer.extras = ResponsesFields.rest(of: fields)
        answer.extras.members.removeAll { ResponsesEcho.names.contains($0.name.text) }
        return answer
    }

    /// Results and messages of others are nothing that the model said: as whole items they are kept.
    private static func item(_ value: JSONValue) throws(FormatFault) -> ResponsesItem {
        let item = try ResponsesItemReader.read(value)
        switch item {
        case .made, .sealOfCall: return item
        case .message, .result: return .made([ResponsesFields.part(.opaque(origin: .openAIResponses, value.fragment))])
        }
    }

    private static func stop(_ fields: inout ObjectReader, _ parts: [Part]) throws(FormatFault) -> Stop {
        let details = try fields.object("incomplete_details")
        let hasCalls = parts.contains(where: \.isCall)
        let status = try fields.string("status")
        // What the error says stays with the extras.
        var others = fields
        let error = try others.object("error")
        return try ResponsesStop.read(status, details?["reason"]?.string, error?["code"]?.string, hasCalls: hasCalls)
    }

    /// A point in time, which may have a fraction.
    static func seconds(_ value: JSONValue) -> Int64? {
        if let whole = value.integer { return whole }
        return value.number.flatMap { Double($0.text) }.flatMap { Int64(exactly: $0.rounded(.down)) }
    }

    /// The probabilities of the tokens, as chat completions have them: in one list for the whole answer.
    private static func logprobs(takenFrom parts: inout [Part]) -> JSONFragment? {
        var lists: [ArraySlice<UInt8>] = []
        for index in parts.indices where parts[index].isOfMessage {
            guard let place = parts[index].extras.members.firstIndex(where: { $0.name.reads("logprobs") }) else {
                continue
            }
            lists.append(parts[index].extras.members.remove(at: place).value.bytes.dropFirst().dropLast())
        }
        guard !lists.isEmpty else { return nil }
        let elements = lists.joined(separator: ",".utf8)
        return JSONFragment(Array(Array(#"{"content":["#.utf8) + elements + Array("]}".utf8))[...])
    }
}
