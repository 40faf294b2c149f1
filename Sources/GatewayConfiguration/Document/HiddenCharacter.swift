// SPDX-License-Identifier: Apache-2.0

/// Characters that a configuration may not be written in: those that cannot be seen, and those that only some programs take
/// for a line break. The file must say to every reader what it says to Sluice.
enum HiddenCharacter {
    case control
    /// A carriage return without a line feed.
    case loneReturn
    /// U+0085, U+2028, U+2029.
    case lineSeparator
    /// Marks that turn text around (U+202A to U+202E, U+2066 to U+2069).
    case direction
    /// A byte order mark that does not stand at the start.
    case byteOrderMark

    /// The first of them in `text`, which is UTF-8, and its line.
    static func first(in text: UnsafeBufferPointer<UInt8>) -> (character: HiddenCharacter, line: Int32)? {
        var line: Int32 = 1
        for (index, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: "\t"): break
            case UInt8(ascii: "\r"):
                guard index + 1 < text.count, text[index + 1] == UInt8(ascii: "\n") else { return (.loneReturn, line) }
            case 0..<0x20, 0x7f: return (.control, line)
            // Only the first bytes of what is refused are looked at more closely.
            case 0xc2, 0xe2, 0xef:
                if let found = encoded(text[index...].prefix(3)) { return (found, line) }
            default: break
            }
        }
        return nil
    }

    private static func encoded(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> HiddenCharacter? {
        let second = bytes.dropFirst().first ?? 0
        let third = bytes.dropFirst(2).first ?? 0
        return switch (bytes.first ?? 0, second, third) {
        case (0xc2, 0x85, _), (0xe2, 0x80, 0xa8...0xa9): .lineSeparator
        case (0xc2, 0x80...0x9f, _): .control
        case (0xe2, 0x80, 0xaa...0xae), (0xe2, 0x81, 0xa6...0xa9): .direction
        case (0xef, 0xbb, 0xbf): .byteOrderMark
        default: nil
        }
    }

    /// What is wrong with it, why, and what to do.
    var words: (what: String, why: String, fix: String) {
        switch self {
        case .control:
            ("a control character stands here", "it cannot be seen in an editor", "save the file as plain UTF-8 text")
        case .loneReturn:
            (
                "a carriage return stands here without a line feed", "programs disagree whether a line ends there",
                "save the file with the line ends of Unix or Windows"
            )
        case .lineSeparator:
            (
                "a Unicode line separator stands here", "programs disagree whether a line ends there",
                "write a plain line break in its place"
            )
        case .direction:
            (
                "a mark that changes the direction of text stands here", "it makes the line look other than it is",
                "remove it"
            )
        case .byteOrderMark:
            (
                "a byte order mark stands inside the text", "only the start of a file may have one",
                "remove it; joined files often leave one behind"
            )
        }
    }
}
