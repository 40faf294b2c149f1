// SPDX-License-Identifier: Apache-2.0

import GatewayFormats

/// The markers in bytes: `mk`, a number, `z` (see `ConversationGenerator.marker`), in their order.
func markers(in bytes: ArraySlice<UInt8>) -> [String] {
    bytes.withUnsafeBufferPointer { bytes in
        var found: [String] = []
        var at = 0
        while at + 2 < bytes.count {
            guard bytes[at] == UInt8(ascii: "m"), bytes[at + 1] == UInt8(ascii: "k") else {
                at += 1
                continue
            }
            var end = at + 2
            while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
            if end < bytes.count, bytes[end] == UInt8(ascii: "z"), end > at + 2 {
                found.append(String(decoding: bytes[(at + 2)..<end], as: UTF8.self))
            }
            at = end
        }
        return found
    }
}

extension JSONString {
    var markers: [String] { GatewayFormatsTests.markers(in: escaped) }
}

extension Media.Source {
    var markers: [String] {
        switch self {
        case .data(let text), .url(let text), .file(let text), .text(let text): text.markers
        }
    }
}

extension Media {
    var markers: [String] { source.markers + (name?.markers ?? []) }

    /// The fields that excuse its loss.
    var fields: [NeutralField] {
        switch (kind, source) {
        case (.image, .url): [.image, .imageURL]
        case (.image, _): [.image]
        case (.audio, _): [.audio]
        case (.video, _): [.video]
        case (.document, _): [.document]
        }
    }
}

extension Part {
    /// All markers in it.
    var markers: [String] {
        switch content {
        case .text(let text), .refusal(let text): text.markers
        case .media(let media): media.markers
        case .reasoning(let reasoning): reasoning.text.markers + (reasoning.seal?.value.markers ?? [])
        case .call(let call): call.name.markers + call.arguments.encoded.markers
        case .result(let result): result.content.flatMap(\.markers)
        case .opaque(_, let fragment): GatewayFormatsTests.markers(in: fragment.bytes)
        }
    }

    /// Whether a writer added it, of itself: then it holds no marker.
    var isAddition: Bool { !isCall && !isResult && markers.isEmpty }

    /// The markers by which it may be taken out whole: results and calls never are.
    var removableMarkers: [String] {
        switch content {
        case .text, .refusal, .media, .opaque: markers
        case .reasoning, .call, .result: []
        }
    }

    /// `part` with nothing but markers for its text.
    static func text(of markers: [String], _ part: Part) -> Part {
        let words = markers.map { "mk\($0)z" }
        return Part(.text(JSONString(words.joined(separator: " "))), cacheMark: part.cacheMark, extras: part.extras)
    }
}

/// What a conversation holds that can be found by its marker, and what a report must name for it to be gone.
struct MarkedContent {
    struct Item {
        var marker: String
        /// Nothing excuses the loss of what has none.
        var fields: [NeutralField]
        /// Whether it must be said even where the field is moved or emulated.
        var isEssential = true
    }

    private(set) var items: [Item] = []
    /// Of texts of results that are failures.
    private(set) var failures: Set<String> = []

    init(of conversation: Conversation) {
        for instruction in conversation.instructions { add(instruction.parts, [.instructions]) }
        for turn in conversation.turns {
            if case .instruction = turn.role { add(turn.parts, [.lateInstruction]) } else { add(turn.parts, []) }
            add(turn.name, .participantName)
        }
        for tool in conversation.tools {
            add(tool.name.markers + (tool.description?.markers ?? []), [.tools])
            if case .function(let parameters?, _) = tool.kind { add(markers(in: parameters.bytes), [.tools]) }
        }
        for text in conversation.sampling.stop { add(text, .stop) }
        add(conversation.endUser, .endUser)
        if let metadata = conversation.metadata { add(markers(in: metadata.bytes), [.metadata]) }
        if case .schema(let output) = conversation.output {
            add(markers(in: output.schema.bytes), [.outputSchema])
            add(output.name?.markers ?? [], [.outputSchema], isEssential: false)
            add(output.description?.markers ?? [], [.outputSchema], isEssential: false)
        }
    }

    private mutating func add(_ markers: [String], _ fields: [NeutralField], isEssential: Bool = true) {
        items += markers.map { Item(marker: $0, fields: fields, isEssential: isEssential) }
    }

    private mutating func add(_ text: JSONString?, _ field: NeutralField) { add(text?.markers ?? [], [field]) }

    private mutating func add(_ parts: [Part], _ fields: [NeutralField]) {
        for part in parts {
            switch part.content {
            case .text, .opaque: add(part.markers, fields)
            case .refusal: add(part.markers, fields + [.refusal])
            case .media(let media):
                // A text may go into base64, where it cannot be found.
                let isText = if case .text = media.source { true } else { false }
                add(media.source.markers, fields + media.fields, isEssential: !isText)
                add(media.name?.markers ?? [], fields + media.fields, isEssential: false)
            case .reasoning(let reasoning):
                add(reasoning.text.markers, fields + [.reasoningText])
                add(reasoning.seal?.value.markers ?? [], fields + [.seal], isEssential: false)
            case .call: add(part.markers, fields)
            case .result(let result): add(result)
            }
        }
    }

    private mutating func add(_ result: ToolResult) {
        for part in result.content {
            add([part], part.isMedia ? [.resultMedia] : [])
            if result.isError { failures.formUnion(part.markers) }
        }
    }
}
