// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not a JSON document.
package struct JSONFault: Error, Sendable, Equatable {
    /// What is wrong, to follow "the JSON": `a string is never closed`.
    package var message: String
    /// The byte at which it is wrong.
    package var offset: Int?

    package init(message: String, offset: Int?) {
        self.message = message
        self.offset = offset
    }

    /// The message with its place in `bytes`, counted as editors do: `malformed number at byte 17 (line 2, column 5)`.
    package func located(in bytes: UnsafeRawBufferPointer) -> String {
        guard let offset else { return message }
        let before = bytes.prefix(offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return "\(message) at byte \(offset) (line \(line), column \(offset - lineStart + 1))"
    }
}
