// SPDX-License-Identifier: Apache-2.0

/// The framing of a stream's events.
enum MessagesEvent {
    /// Appends an event whose data has its type and `members`.
    static func append(_ type: StaticString, into bytes: inout [UInt8], _ members: (inout JSONWriter) -> Void) {
        let data = JSONWriter.object(capacity: 256) { json in
            json.member("type", literal: type)
            members(&json)
        }
        append(type, data: data, into: &bytes)
    }

    static func append(_ type: StaticString, data: [UInt8], into bytes: inout [UInt8]) {
        bytes.append(contentsOf: "event: ".utf8)
        bytes.append(contentsOf: UnsafeBufferPointer(start: type.utf8Start, count: type.utf8CodeUnitCount))
        bytes.append(contentsOf: "\ndata: ".utf8)
        bytes += data
        bytes.append(contentsOf: "\n\n".utf8)
    }
}
