// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Writes the stream of `streamGenerateContent` for clients that asked for server-sent events (`alt=sse`).
package struct GeminiStreamWriter: AnswerStreamWriter {
    private var chunks = GeminiChunkWriter()

    /// Gemini's clients are always told the usage.
    package init(wantsUsage: Bool) {}

    /// Appends the responses that tell of `event`, if any.
    package mutating func write(_ event: AnswerEvent, into bytes: inout [UInt8]) {
        switch event {
        // Not a comment, which Google's Python client would take for a broken message: an empty line says nothing.
        case .idle: bytes.append(UInt8(ascii: "\n"))
        default:
            guard let chunk = chunks.chunk(for: event) else { return }
            bytes.append(contentsOf: "data: ".utf8)
            bytes.append(contentsOf: chunk)
            bytes.append(contentsOf: "\n\n".utf8)
        }
    }
}

/// The same for clients that did not: one JSON array, which grows.
package struct GeminiArrayStreamWriter: AnswerStreamWriter {
    private var chunks = GeminiChunkWriter()
    private var isOpen = false

    package init(wantsUsage: Bool) {}

    /// Appends the elements that tell of `event`, if any.
    package mutating func write(_ event: AnswerEvent, into bytes: inout [UInt8]) {
        if event == .idle { return bytes.append(UInt8(ascii: "\n")) }
        if let chunk = chunks.chunk(for: event) {
            bytes.append(contentsOf: isOpen ? ",\n".utf8 : "[".utf8)
            bytes.append(contentsOf: chunk)
            isOpen = true
        }
        switch event {
        case .ended, .failed: bytes.append(contentsOf: isOpen ? "]\n".utf8 : "[]\n".utf8)
        default: break
        }
    }
}

/// Makes the responses that a stream consists of. Calls wait until they are whole; how candidates end waits for the end, to
/// go out with the usage.
struct GeminiChunkWriter: Sendable {
    private enum Open: Sendable {
        case text
        case thought(isSummary: Bool, isEmpty: Bool)
        case call(id: JSONString?, name: JSONString, arguments: [JSONString], seal: Seal?)
    }

    private var head = AnswerEvent.Head(id: "", model: "")
    private var open: [AnswerEvent.Place: Open] = [:]
    private var stops: [(choice: Int, stop: Stop)] = []
    private var malformed: [Int: JSONString] = [:]
    private var usage: Usage?

    /// What to send on `event`, if anything.
    mutating func chunk(for event: AnswerEvent) -> [UInt8]? {
        switch event {
        case .began(let head): self.head = head
        case .opened(let place, let opening): return opened(place, opening)
        case .grew(let place, let growth): return grew(place, growth)
        case .closed(let place): return closed(place)
        case .stopped(let choice, let stop): stops.append((choice, stop))
        case .used(let usage): self.usage = usage
        case .idle: break
        case .failed(let error): return GeminiFormat.writeError(error, status: GeminiFormat.status(of: error.kind))
        case .ended: return lastChunk()
        }
        return nil
    }

    private mutating func opened(_ place: AnswerEvent.Place, _ opening: AnswerEvent.Opening) -> [UInt8]? {
        switch opening {
        case .text, .refusal: open[place] = .text
        case .reasoning(let isSummary): open[place] = .thought(isSummary: isSummary, isEmpty: true)
        case .call(let id, let name): open[place] = .call(id: id, name: name, arguments: [], seal: nil)
        case .whole(let part): return whole(part, place.choice)
        }
        return nil
    }

    private mutating func whole(_ part: Part, _ choice: Int) -> [UInt8]? {
        if case .opaque(.gemini, let fragment) = part.content, let members = GeminiCandidateMembers(fragment) {
            return chunk(choice, saying: members)
        }
        var parts = GeminiAnswerParts(part.extras.origin, LossReport(), JSONScanner())
        parts.add([part])
        if let complaint = parts.malformed { malformed[choice] = complaint }
        return parts.parts.first.map { chunk(choice, $0) }
    }

    private mutating func grew(_ place: AnswerEvent.Place, _ growth: AnswerEvent.Growth) -> [UInt8]? {
        switch (growth, open[place]) {
        case (.text(let text), .thought(let isSummary, _)):
            open[place] = .thought(isSummary: isSummary, isEmpty: false)
            return chunk(place.choice, GeminiPart(.thought(text), extras: Extras(.gemini)))
        case (.text(let text), _): return chunk(place.choice, GeminiPart(.text(text), extras: Extras(.gemini)))
        case (.arguments(let piece), .call(let id, let name, var arguments, let seal)):
            open[place] = nil  // So that the list is not copied.
            arguments.append(piece)
            open[place] = .call(id: id, name: name, arguments: arguments, seal: seal)
        case (.seal(let seal), .call(let id, let name, let arguments, _)):
            open[place] = .call(id: id, name: name, arguments: arguments, seal: seal)
        case (.seal(let seal), .thought(let isSummary, let isEmpty)):
            let reasoning = Reasoning("", isSummary: isSummary || !isEmpty, seal: seal)
            return GeminiAnswerParts.part(of: reasoning, Extras(.gemini)).map { chunk(place.choice, $0) }
        case (.opaque(.gemini, let fragment), _):
            return GeminiCandidateMembers(fragment).map { chunk(place.choice, saying: $0) }
        default: break
        }
        return nil
    }

    private mutating func closed(_ place: AnswerEvent.Place) -> [UInt8]? {
        guard case .call(let id, let name, let pieces, let seal) = open.removeValue(forKey: place) else { return nil }
        let arguments = pieces.count == 1 ? pieces[0] : JSONString(joining: pieces)
        let call = ToolCall(id: id, name: name, arguments: .encoded(arguments), seal: seal)
        return whole(Part(.call(call), extras: Extras(.gemini)), place.choice)
    }

    // MARK: Chunks

    /// Google's Python client forgets a turn of which a response has no content: where there is nothing to say, it is this.
    private static let nothing = GeminiPart(.text(""), extras: Extras(.gemini))

    private func chunk(_ choice: Int, _ part: GeminiPart) -> [UInt8] {
        chunk { json in
            json.object { json in
                writeContent(part, &json)
                json.member("index", Int64(choice))
            }
        }
    }

    private func chunk(_ choice: Int, saying members: GeminiCandidateMembers) -> [UInt8] {
        chunk { json in
            json.object { json in
                writeContent(Self.nothing, &json)
                members.write(&json)
                json.member("index", Int64(choice))
            }
        }
    }

    private func writeContent(_ part: GeminiPart, _ json: inout JSONWriter) {
        json.object("content") { json in
            json.member("role", literal: "model")
            json.array("parts") { part.write(&$0) }
        }
    }

    private func lastChunk() -> [UInt8] {
        chunk { json in
            for (choice, stop) in stops {
                json.object { json in
                    writeStop(stop, malformed[choice], &json)
                    json.member("index", Int64(choice))
                }
            }
        }
    }

    private func writeStop(_ stop: Stop, _ malformed: JSONString?, _ json: inout JSONWriter) {
        if let malformed, stop.reason == .toolCalls || stop.reason == .finished {
            json.member("finishReason", literal: "MALFORMED_FUNCTION_CALL")
            return json.member("finishMessage", malformed)
        }
        if stop.reason != .contentFilter, stop.reason != .failed { writeContent(Self.nothing, &json) }
        json.member("finishReason", GeminiStop.write(stop, isOwn: GeminiStop.isNative(stop)))
    }

    private func chunk(_ candidates: (inout JSONWriter) -> Void) -> [UInt8] {
        JSONWriter.object(capacity: 256) { json in
            json.array("candidates", candidates)
            if let usage { GeminiUsage.write(usage, Extras(.gemini), &json) }
            if !head.model.isEmpty { json.member("modelVersion", head.model) }
            if !head.id.isEmpty { json.member("responseId", head.id) }
        }
    }
}

/// What is said of a candidate beside its content: the sources of its text, ratings of its safety.
struct GeminiCandidateMembers {
    private static let names: Set<JSONString> = [
        "groundingMetadata", "citationMetadata", "urlContextMetadata", "safetyRatings", "logprobsResult", "avgLogprobs",
        "finishMessage", "tokenCount", "continuationToken",
    ]

    private let members: [(name: JSONString, value: JSONValue)]

    /// Nil when `fragment` is something else of Gemini's, a whole part.
    init?(_ fragment: JSONFragment) {
        guard let root = try? JSONScanner().parse(Array(fragment.bytes)).root else { return nil }
        members = root.members.map { $0 }
        guard members.contains(where: { Self.names.contains($0.name) }) else { return nil }
    }

    func write(_ json: inout JSONWriter) {
        for member in members {
            json.key(member.name)
            json.value(member.value.fragment)
        }
    }
}
