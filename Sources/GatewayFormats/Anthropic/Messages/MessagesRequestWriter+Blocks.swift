// SPDX-License-Identifier: Apache-2.0

extension MessagesRequestWriter {
    /// Writes one block. The part is acceptable.
    mutating func write(_ part: Part, _ json: inout JSONWriter) {
        if case .opaque(_, let fragment) = part.content { return json.value(fragment) }
        json.object { json in
            let takesMark = writeContent(of: part, &json)
            if takesMark {
                write(part.cacheMark, part.extras, &json)
            } else if part.cacheMark != nil {
                note(.dropped, .cacheMark, "thinking cannot be marked")
            }
            if part.extras.origin == .anthropicMessages {
                json.write(part.extras, except: MessagesFormat.innerObjects)
            }
        }
    }

    /// Writes the members of the block, and tells whether it may be marked for the cache.
    private mutating func writeContent(of part: Part, _ json: inout JSONWriter) -> Bool {
        switch part.content {
        case .text(let text), .refusal(let text):
            json.member("type", literal: "text")
            json.member("text", text)
        case .media(let media): MessagesBlock.write(media, part.extras, &json)
        case .reasoning(let reasoning):
            MessagesBlock.write(reasoning, &json)
            return false
        case .call(let call): write(call, &json)
        case .result(let result): write(result, &json)
        case .opaque: break
        }
        return true
    }

    private mutating func write(_ call: ToolCall, _ json: inout JSONWriter) {
        json.member("type", literal: "tool_use")
        json.member("id", ids(links.id(of: call)))
        json.member("name", call.name)
        if let input = call.arguments.object(scanner) { return json.member("input", input) }
        json.object("input") { json in
            switch call.arguments {
            case .text(let text):
                note(.emulated, .customTool, "the call's text as its one argument")
                json.member("input", text)
            case .encoded(let text):
                report.emulated(ExtrasPlace.call.path(in: origin), "arguments that are no JSON object, as one argument")
                json.member("arguments", text)
            case .object: break
            }
        }
    }

    private mutating func write(_ result: ToolResult, _ json: inout JSONWriter) {
        json.member("type", literal: "tool_result")
        json.member("tool_use_id", ids(links.id(for: result)))
        let parts = result.content.compactMap { acceptableInResult($0) }
        if !parts.isEmpty {
            write(parts, &json)
        } else if let structured = result.structured {
            json.member("content", JSONString(holding: structured))
        }
        if result.isError { json.member("is_error", true) }
    }

    private mutating func acceptableInResult(_ part: Part) -> Part? {
        switch part.content {
        case .text, .refusal, .media, .opaque: return acceptable(part)
        case .reasoning, .call, .result:
            noteGone(part, "results hold text, pictures and documents")
            return nil
        }
    }
}
