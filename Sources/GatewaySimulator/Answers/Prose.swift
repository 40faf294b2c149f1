// SPDX-License-Identifier: Apache-2.0

/// Deterministic text that reads like an answer.
enum Prose {
    private static let openings = [
        "Water finds the lowest gate", "A careful count comes first", "Every stream has its measure",
        "The channel runs straight here", "What enters is written down", "Two gates share the load",
        "The level holds through the night", "A small leak shows in the ledger",
    ]
    private static let middles = [
        "and the keeper notes the hour", "while the wheel turns slowly", "before the next lock opens",
        "as the mill draws its share", "once the meter has been read", "so that nothing runs to waste",
        "until the basin is full", "because the old marks still hold",
    ]
    private static let short = 80

    /// Two sentences that `random` chooses.
    static func sentences(using random: inout SplitMix) -> String {
        "\(random.pick(openings)), \(random.pick(middles)). \(random.pick(openings)) \(random.pick(middles))."
    }

    /// The beginning of `text` on one line.
    static func beginning(of text: String) -> String {
        let start = text.prefix(short)
        let line = String(start.map { $0.isNewline || $0 == "\t" ? " " : $0 })
        return start.endIndex == text.endIndex ? line : line + "…"
    }

    /// At least `bytes` bytes of text that starts with `text`.
    static func lengthened(_ text: String, to bytes: Int) -> String {
        let filler =
            " The stream runs on past the gate, measured and even, and the keeper counts each turn of the wheel."
        let missing = bytes - text.utf8.count
        guard missing > 0 else { return text }
        return text + String(repeating: filler, count: missing / filler.utf8.count + 1)
    }

    /// The first `bytes` bytes of `text`, fewer where a character would be cut in two.
    static func shortened(_ text: String, to bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: max(0, bytes))
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }

    /// `text` cut into pieces, none of them empty: `count` of them, or word by word where no count is asked for.
    static func pieces(of text: String, count: Int?) -> [String] {
        if text.isEmpty { return [] }
        if count == nil, text.utf8.count <= 4096 { return words(text) }
        let total = text.utf8.count
        let wanted = min(max(count ?? 256, 1), total)
        var pieces: [String] = []
        var start = text.startIndex
        for piece in 1...wanted {
            var end = text.utf8.index(text.startIndex, offsetBy: total * piece / wanted)
            while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
            if start < end { pieces.append(String(text[start..<end])) }
            start = max(start, end)
        }
        return pieces
    }

    private static func words(_ text: String) -> [String] {
        var pieces: [String] = []
        var start = text.startIndex
        var previousWasSpace = true
        for index in text.indices {
            let isSpace = text[index] == " "
            if isSpace, !previousWasSpace {
                pieces.append(String(text[start..<index]))
                start = index
            }
            previousWasSpace = isSpace
        }
        pieces.append(String(text[start...]))
        return pieces
    }
}
