// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Reads streams of chat completions. A choice is whole with its finish reason, the stream with `[DONE]`; one that ends
/// without the first has failed.
package struct ChatStreamReader: AnswerStreamReader {
    /// Most choices of one answer: as many as may be asked for.
    private static let mostChoices = 128

    private var hasBegun = false
    private var isOver = false
    private var choices: [ChatStreamChoice] = []

    package init() {}

    /// Makes neutral events of one event of the stream.
    package mutating func read(
        event: JSONString?, _ data: JSONValue, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard !isOver else { return }
        guard data.kind == .object else {
            throw FormatFault("", "a chunk must be an object, not \(data.kind.noun)")
        }
        if let error = ChatError.find(in: data, isNamedError: event?.reads("error") ?? false) {
            return fail(error, into: &events)
        }
        let list = data["choices"]
        if let list, list.kind != .array, !list.isNull {
            throw FormatFault("choices", "must be an array, not \(list.kind.noun)")
        }
        let usage = OpenAIUsage.read(data["usage"] ?? data["x_groq"]?["usage"], naming: .completions)
        begin(data, isSaying: usage != nil || list?.elements.isEmpty == false, into: &events)
        if let list { try read(list, into: &events) }
        if let usage { events.append(.used(usage)) }
    }

    /// Azure's first chunk tells of filters alone, and has no identifier: then the next one begins the answer.
    private mutating func begin(_ data: JSONValue, isSaying: Bool, into events: inout [AnswerEvent]) {
        guard !hasBegun else { return }
        let id = data["id"]?.string ?? ""
        guard isSaying || !id.isEmpty else { return }
        hasBegun = true
        events.append(
            .began(.init(id: id, model: data["model"]?.string ?? "", created: data["created"]?.integer)))
    }

    private mutating func read(_ list: JSONValue, into events: inout [AnswerEvent]) throws(FormatFault) {
        var place = 0
        for value in list.elements {
            let index = value["index"]?.integer.flatMap { Int(exactly: $0) } ?? 0
            let at = choices.firstIndex { $0.index == index } ?? choices.endIndex
            if at == choices.endIndex { choices.append(ChatStreamChoice(index: index)) }
            guard choices.count <= Self.mostChoices else {
                throw FormatFault("choices", "must not be more than \(Self.mostChoices)")
            }
            do throws(FormatFault) {
                try choices[at].read(value, into: &events)
            } catch {
                throw error.within("choices[\(place)]")
            }
            place += 1
        }
    }

    /// Takes the terminal line `[DONE]`.
    package mutating func readDone(into events: inout [AnswerEvent]) {
        guard !isOver else { return }
        guard hasBegun, choices.allSatisfy(\.isStopped) else {
            let message = "The provider ended its answer without saying why it stopped."
            return fail(ProviderError(.failure, message), into: &events)
        }
        isOver = true
        events.append(.ended)
    }

    private mutating func fail(_ error: ProviderError, into events: inout [AnswerEvent]) {
        isOver = true
        events.append(.failed(error))
    }
}
