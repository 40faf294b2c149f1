// SPDX-License-Identifier: Apache-2.0

/// The events of a stream of chat completions or completions.
enum ChatChunk {
    /// Appends a chunk of the answer that `head` tells of.
    static func write(
        _ object: StaticString, _ head: AnswerEvent.Head, into bytes: inout [UInt8],
        _ members: (inout JSONWriter) -> Void
    ) {
        var json = JSONWriter(capacity: 384)
        json.object { json in
            json.member("id", head.id)
            json.member("object", literal: object)
            json.member("created", head.created ?? 0)
            json.member("model", head.model)
            members(&json)
        }
        append(json.bytes, to: &bytes)
    }

    /// Where usage is wanted, every chunk but the last says that it has none.
    static func writeNoUsage(_ json: inout JSONWriter) {
        json.key("usage")
        json.null()
    }

    static func append(_ data: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "data: ".utf8)
        bytes.append(contentsOf: data)
        bytes.append(contentsOf: "\n\n".utf8)
    }
}
