// SPDX-License-Identifier: Apache-2.0

/// Writes calls of tools, in requests and in answers.
enum ChatCallWriter {
    /// An identifier for a call that came without, made of the answer's, so that no other of the conversation has it.
    static func id(answer: JSONString, choice: Int, number: Int) -> JSONString {
        JSONString(joining: ["call_", answer, JSONString("_\(choice)_\(number)")])
    }

    /// The text of a call's seal for a client: Google's in clear, which its own endpoint shows so; others wrapped.
    static func seal(of call: ToolCall, id: JSONString) -> JSONString? {
        call.seal.map { $0.issuer == .gemini ? $0.value : $0.wrapped(call: id) }
    }

    /// - seal: the text of the call's seal, where the reader of the message can make something of it. It stands where
    ///   Google's own chat endpoint has thought signatures.
    /// - number: the call's place among the answer's, in streams.
    static func write(
        _ call: ToolCall, id: JSONString, seal: JSONString?, _ extras: Extras, number: Int64? = nil,
        _ json: inout JSONWriter
    ) {
        json.object { json in
            json.member("index", number)
            json.member("id", id)
            if case .text(let input) = call.arguments {
                writeCustom(call.name, input, extras, &json)
            } else {
                writeFunction(call.name, call.arguments.encoded, extras, &json)
            }
            writeSeal(seal, extras, &json)
            json.write(extras, except: ["function", "custom", "extra_content"])
        }
    }

    /// Writes the call whose arguments follow, in a stream.
    static func writeStart(_ name: JSONString, id: JSONString, number: Int64, _ json: inout JSONWriter) {
        json.object { json in
            json.member("index", number)
            json.member("id", id)
            writeFunction(name, "", Extras(.openAIChat), &json)
        }
    }

    private static func writeFunction(
        _ name: JSONString, _ arguments: JSONString, _ extras: Extras, _ json: inout JSONWriter
    ) {
        json.member("type", literal: "function")
        json.object("function") { json in
            json.member("name", name)
            json.member("arguments", arguments)
            json.write(extras.inside("function"))
        }
    }

    private static func writeCustom(
        _ name: JSONString, _ input: JSONString, _ extras: Extras, _ json: inout JSONWriter
    ) {
        json.member("type", literal: "custom")
        json.object("custom") { json in
            json.member("name", name)
            json.member("input", input)
            json.write(extras.inside("custom"))
        }
    }

    static func writeSeal(_ seal: JSONString?, _ extras: Extras, _ json: inout JSONWriter) {
        let content = extras.inside("extra_content")
        guard seal != nil || !content.isEmpty else { return }
        json.object("extra_content") { json in
            let google = content.inside("google")
            if seal != nil || !google.isEmpty {
                json.object("google") { json in
                    json.member("thought_signature", seal)
                    json.write(google)
                }
            }
            json.write(content, except: ["google"])
        }
    }
}
