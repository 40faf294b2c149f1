// SPDX-License-Identifier: Apache-2.0

/// The form of an answer, as `text.format` says it in requests, and answers repeat it.
enum ResponsesOutputForm {
    static func write(_ form: OutputForm, _ json: inout JSONWriter) {
        json.object("format") { json in
            switch form {
            case .text: json.member("type", literal: "text")
            case .jsonObject: json.member("type", literal: "json_object")
            case .schema(let schema):
                json.member("type", literal: "json_schema")
                json.member("name", schema.name ?? "answer")
                json.member("description", schema.description)
                json.member("schema", schema.schema)
                json.member("strict", schema.strict)
            }
        }
    }
}
