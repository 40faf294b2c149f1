// SPDX-License-Identifier: Apache-2.0

/// Text made safe to show in a terminal, and its width there. Names come from other people: an escape sequence in one
/// must not drive the reader's terminal, nor a direction mark turn a line around.
package enum TerminalText {
    /// `text` with everything that is not plainly visible as `�`.
    package static func safe(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { isVisible($0) ? $0 : "\u{fffd}" }))
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    /// How many cells a terminal gives to `text`.
    package static func width(_ text: String) -> Int {
        text.reduce(0) { $0 + width($1) }
    }

    /// `text` cut to at most `most` cells, with `…` where something was cut.
    package static func fitted(_ text: String, to most: Int) -> String {
        guard width(text) > most else { return text }
        guard most > 0 else { return "" }
        var cut = ""
        var used = 0
        for character in text {
            let cells = width(character)
            guard used + cells < most else { break }
            cut.append(character)
            used += cells
        }
        return cut + "…"
    }

    /// A combining mark adds nothing to its base, so the first scalar decides, except that emoji are wide.
    private static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{fe0f}") { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: return wide.contains { $0.contains(first.value) } ? 2 : 1
        }
    }

    /// The blocks of East Asian wide and full-width characters.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf, 0xa960...0xa97f,
        0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x17000...0x18cff,
        0x1b000...0x1b2ff, 0x20000...0x3fffd,
    ]
}
