// SPDX-License-Identifier: Apache-2.0

/// An item of an answer's `output`, as far as it has come.
struct ResponsesOutputItem: Sendable {
    enum Kind: Sendable {
        case message
        case reasoning
        case call(id: JSONString, name: JSONString)
        case customCall(id: JSONString, name: JSONString)
        /// A picture, in base64, and its media type.
        case image(JSONString, type: JSONString?)
        /// One of this dialect's alone, whole.
        case opaque(JSONFragment)
    }

    /// Something of an item that grows.
    struct Piece: Sendable {
        enum Kind: Sendable {
            case text, refusal, summary, thought
            /// The arguments of a call, or the input of a custom one.
            case arguments
        }

        let kind: Kind
        /// Escaped, as inside of a string.
        var bytes: [UInt8] = []
        /// Annotations of a text that came one by one.
        var annotations: [JSONFragment] = []
        /// What else stands in it.
        var extras = Extras(.openAIResponses)

        init(_ kind: Kind, _ text: JSONString = "") {
            self.kind = kind
            bytes = Array(text.escaped)
        }

        var text: JSONString { JSONString(escaped: bytes[...]) }
    }

    let id: JSONString
    let kind: Kind
    var status = ResponsesStatus.completed
    var pieces: [Piece] = []
    /// What stands in `encrypted_content` of reasoning.
    var sealed: JSONString?
    var extras = Extras(.openAIResponses)

    init(_ id: JSONString, _ kind: Kind) {
        self.id = id
        self.kind = kind
    }

    /// The place of a piece among those of its list: the number in `content_index` or `summary_index`.
    func position(of index: Int) -> Int64 {
        let isSummary = pieces[index].kind == .summary
        return Int64(pieces[..<index].count { ($0.kind == .summary) == isSummary })
    }

    // MARK: Writing

    /// - isEmpty: whether to write the item as it is announced, with nothing in it.
    func write(isEmpty: Bool = false, _ json: inout JSONWriter) {
        let status = isEmpty ? .inProgress : status
        let pieces = isEmpty ? [] : pieces
        switch kind {
        case .opaque(let item): json.value(item)
        case .message:
            json.object { json in
                head("message", &json)
                json.member("role", literal: "assistant")
                tail(status, &json)
                json.array("content") { json in
                    for piece in pieces { piece.write(&json) }
                }
            }
        case .reasoning:
            json.object { json in
                head("reasoning", &json)
                json.write(extras)
                ResponsesReasoning.write(pieces.map(\.reasoning), sealed: isEmpty ? nil : sealed, &json)
            }
        case .call(let id, let name):
            write(call: "function_call", id, name, "arguments", pieces, status, &json)
        case .customCall(let id, let name):
            write(call: "custom_tool_call", id, name, "input", pieces, status, &json)
        case .image(let data, let type):
            json.object { json in
                head("image_generation_call", &json)
                tail(isEmpty ? .inProgress : .completed, &json)
                json.member("output_format", type.flatMap(ResponsesPictureFormat.name))
                json.member("result", data)
            }
        }
    }

    private func head(_ type: StaticString, _ json: inout JSONWriter) {
        json.member("type", literal: type)
        json.member("id", id)
    }

    private func tail(_ status: ResponsesStatus, _ json: inout JSONWriter) {
        if !extras.has("status") { json.member("status", literal: status.name) }
        json.write(extras)
    }

    private func write(
        call type: StaticString, _ call: JSONString, _ name: JSONString, _ member: StaticString, _ pieces: [Piece],
        _ status: ResponsesStatus, _ json: inout JSONWriter
    ) {
        json.object { json in
            head(type, &json)
            json.member("call_id", call)
            json.member("name", name)
            json.member(member, pieces.first?.text ?? "")
            tail(status, &json)
        }
    }
}

extension ResponsesOutputItem.Piece {
    fileprivate var reasoning: Reasoning { Reasoning(text, isSummary: kind == .summary) }

    /// Writes the piece as a part of a message's or reasoning's content.
    /// - isEmpty: whether to write it as it is announced, with nothing in it.
    func write(isEmpty: Bool = false, _ json: inout JSONWriter) {
        let text = isEmpty ? "" : text
        json.object { json in
            switch kind {
            case .text:
                json.member("type", literal: "output_text")
                json.member("text", text)
                if isEmpty || !extras.has("annotations") {
                    json.array("annotations") { json in
                        for annotation in isEmpty ? [] : annotations { json.value(annotation) }
                    }
                }
                if isEmpty || !extras.has("logprobs") { json.array("logprobs") { _ in } }
                if !isEmpty { json.write(extras) }
            case .refusal:
                json.member("type", literal: "refusal")
                json.member("refusal", text)
                if !isEmpty { json.write(extras) }
            case .summary:
                json.member("type", literal: "summary_text")
                json.member("text", text)
            case .thought, .arguments:
                json.member("type", literal: "reasoning_text")
                json.member("text", text)
            }
        }
    }
}
