// SPDX-License-Identifier: Apache-2.0

/// The events that tell of items and their pieces.
extension ResponsesStreamItems {
    mutating func read(
        _ type: String, _ fields: inout ObjectReader, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        let item = try fields.integer("output_index") ?? 0
        switch type {
        case "response.output_item.added": try announce(item, &fields, into: &events)
        case "response.output_item.done": try finish(item, &fields, into: &events)
        case "response.content_part.added": try announce(item, .content, &fields, into: &events)
        case "response.reasoning_summary_part.added": try announce(item, .summary, &fields, into: &events)
        case "response.content_part.done": closeContent(item, try slot(.content, &fields), into: &events)
        case "response.output_text.delta": try grow(item, .content, .text, &fields, into: &events)
        case "response.refusal.delta": try grow(item, .content, .refusal, &fields, into: &events)
        case "response.reasoning_text.delta":
            try grow(item, .content, .reasoning(isSummary: false), &fields, into: &events)
        case "response.reasoning_summary_text.delta":
            try grow(item, .summary, .reasoning(isSummary: true), &fields, into: &events)
        case "response.function_call_arguments.delta": try growCall(item, &fields, into: &events)
        case "response.output_text.annotation.added": try annotate(item, &fields, into: &events)
        default: break
        }
    }

    /// Only calls begin with their item: of messages and reasoning every part is told, the rest comes whole when done.
    private mutating func announce(
        _ item: Int64, _ fields: inout ObjectReader, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard let value = try fields.object("item"), let type = value["type"]?.string else { return }
        if !type.reads("reasoning") { closeDoneCall(into: &events) }
        guard type.reads("function_call") else { return }
        let opening = try FormatFault.within("item") { () throws(FormatFault) in
            var call = try ObjectReader(value)
            let name = try ResponsesFields.required("name", of: &call)
            return AnswerEvent.Opening.call(id: try call.string("call_id"), name: name)
        }
        open(item, .arguments, opening, into: &events)
    }

    private mutating func announce(
        _ item: Int64, _ kind: Slot.Kind, _ fields: inout ObjectReader, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        let opening: AnswerEvent.Opening
        switch try fields.object("part")?["type"]?.text {
        case "refusal": opening = .refusal
        case "reasoning_text": opening = .reasoning(isSummary: false)
        default: opening = kind == .summary ? .reasoning(isSummary: true) : .text
        }
        open(item, try slot(kind, &fields), opening, into: &events)
    }

    private mutating func grow(
        _ item: Int64, _ kind: Slot.Kind, _ opening: AnswerEvent.Opening, _ fields: inout ObjectReader,
        into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        let delta = try ResponsesFields.required("delta", of: &fields)
        let slot = try slot(kind, &fields)
        open(item, slot, opening, into: &events)
        grow(item, slot, .text(delta), into: &events)
    }

    private mutating func growCall(
        _ item: Int64, _ fields: inout ObjectReader, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        let delta = try ResponsesFields.required("delta", of: &fields)
        guard isKnown(item, .arguments) else {
            throw FormatFault("output_index", "must be that of a call that was announced")
        }
        grow(item, .arguments, .arguments(delta), into: &events)
    }

    private mutating func annotate(
        _ item: Int64, _ fields: inout ObjectReader, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard let annotation = try fields.object("annotation") else { return }
        let slot = try slot(.content, &fields)
        open(item, slot, .text, into: &events)
        grow(item, slot, .opaque(origin: .openAIResponses, annotation.fragment), into: &events)
    }

    private mutating func finish(
        _ item: Int64, _ fields: inout ObjectReader, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard let value = try fields.object("item") else {
            throw FormatFault("item", "is missing; the event that ends an item has all of it")
        }
        let done = try FormatFault.within("item") { () throws(FormatFault) in try ResponsesItemReader.read(value) }
        finish(item, done, value.fragment, into: &events)
    }

    private func slot(_ kind: Slot.Kind, _ fields: inout ObjectReader) throws(FormatFault) -> Slot {
        Slot(kind: kind, index: try fields.integer(kind == .summary ? "summary_index" : "content_index") ?? 0)
    }
}
