// SPDX-License-Identifier: Apache-2.0

/// A text that equals another only if every byte does, as in the database; `String` also equates different spellings of
/// one accent.
struct ByteText: Hashable {
    let string: String

    static func == (left: ByteText, right: ByteText) -> Bool {
        left.string.utf8.elementsEqual(right.string.utf8)
    }

    static func == (left: ByteText, right: BorrowedText) -> Bool {
        left.string.utf8.elementsEqual(right.bytes)
    }

    func hash(into hasher: inout Hasher) {
        var string = string
        string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
