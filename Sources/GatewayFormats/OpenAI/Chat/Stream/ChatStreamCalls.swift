// SPDX-License-Identifier: Apache-2.0

/// The calls of one choice of a stream being read. Their pieces are told apart by number; by identifier where a server
/// numbers them all alike, or not at all.
struct ChatStreamCalls {
    /// Most calls of one answer: far more than any model makes.
    private static let most = 1024

    private let choice: Int
    private var calls: [Call] = []

    private struct Call {
        var number: Int64?
        var id: JSONString?
        /// The part it opened as, once its name is known.
        var part: Int?
        /// The text for a custom tool, which is no JSON and is told when it is whole.
        var custom: (name: JSONString, input: [JSONString])?
        /// Arguments that came before the name.
        var early: [JSONString] = []
    }

    init(choice: Int) { self.choice = choice }

    var isEmpty: Bool { calls.isEmpty }

    /// Reads a piece of a call. `partCount` is how many parts of the choice were opened.
    mutating func read(
        _ piece: JSONValue, _ partCount: inout Int, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard piece.kind == .object else {
            throw FormatFault("tool_calls[]", "must be an object, not \(piece.kind.noun)")
        }
        let at = place(of: piece)
        guard calls.count <= Self.most else {
            throw FormatFault("tool_calls", "must not be more than \(Self.most) in one answer")
        }
        if let custom = piece["custom"], custom.kind == .object { return readCustom(custom, at) }
        // The older `function_call` is the function itself.
        let function = piece["function"] ?? piece
        if calls[at].part == nil, let name = function["name"]?.string, !name.isEmpty {
            open(at, name, &partCount, into: &events)
        }
        if let arguments = Self.arguments(function), !arguments.isEmpty { grow(at, arguments, into: &events) }
        if let seal = Self.seal(piece), let part = calls[at].part {
            events.append(.grew(part: .init(choice: choice, part: part), .seal(seal)))
        }
    }

    /// Which call the piece is of; a new one if of none so far.
    private mutating func place(of piece: JSONValue) -> Int {
        let number = piece["index"]?.integer
        let id = piece["id"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        let known = calls.lastIndex { call in
            if let number, call.number != number { return false }
            guard let id else { return true }
            return call.id == id || (number != nil && call.id == nil)
        }
        guard let known else {
            calls.append(Call(number: number, id: id))
            return calls.count - 1
        }
        return known
    }

    private mutating func open(
        _ at: Int, _ name: JSONString, _ partCount: inout Int, into events: inout [AnswerEvent]
    ) {
        calls[at].part = partCount
        events.append(.opened(part: .init(choice: choice, part: partCount), .call(id: calls[at].id, name: name)))
        partCount += 1
        let early = calls[at].early
        calls[at].early = []
        for arguments in early { grow(at, arguments, into: &events) }
    }

    private mutating func grow(_ at: Int, _ arguments: JSONString, into events: inout [AnswerEvent]) {
        guard let part = calls[at].part else { return calls[at].early.append(arguments) }
        events.append(.grew(part: .init(choice: choice, part: part), .arguments(arguments)))
    }

    private mutating func readCustom(_ custom: JSONValue, _ at: Int) {
        var known = calls[at].custom ?? (name: custom["name"]?.string ?? "", input: [])
        if let input = custom["input"]?.string { known.input.append(input) }
        calls[at].custom = known
    }

    /// A string that holds JSON; some servers give the JSON itself.
    private static func arguments(_ function: JSONValue) -> JSONString? {
        guard let value = function["arguments"] else { return nil }
        if let string = value.string { return string }
        return value.kind == .object ? JSONString(holding: value.fragment) : nil
    }

    private static func seal(_ piece: JSONValue) -> Seal? {
        guard let text = piece["extra_content"]?["google"]?["thought_signature"]?.string else { return nil }
        return Seal.unwrap(text)?.seal ?? Seal(.gemini, .signature, text)
    }

    /// Closes all calls, in the order they opened. A call whose name never came is none.
    mutating func close(_ partCount: inout Int, into events: inout [AnswerEvent]) throws(FormatFault) {
        for (place, call) in calls.enumerated() {
            if let part = call.part {
                events.append(.closed(part: .init(choice: choice, part: part)))
            } else if let custom = call.custom {
                let toolCall = ToolCall(
                    id: call.id, name: custom.name, arguments: .text(JSONString(joining: custom.input)))
                let whole = Part(.call(toolCall), extras: Extras(.openAIChat))
                events.append(.opened(part: .init(choice: choice, part: partCount), .whole(whole)))
                events.append(.closed(part: .init(choice: choice, part: partCount)))
                partCount += 1
            } else {
                throw FormatFault("tool_calls[\(place)].function.name", "is missing; a call names its function")
            }
        }
    }
}
