// SPDX-License-Identifier: Apache-2.0

/// A model name, or a glob in which each `*` stands for any run of characters. Names compare byte for byte.
package struct ModelPattern: Sendable, Hashable, CustomStringConvertible {
    /// The pattern as written.
    package let text: String
    private let pieces: [[UInt8]]

    package init(_ text: String) {
        self.text = text
        pieces = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    }

    package var description: String { text }

    /// The most `*` a pattern may have: each costs time on every request that is matched with it.
    package static let mostStars = 8

    /// How many `*` there are.
    package var stars: Int { pieces.count - 1 }

    /// Whether there is no `*`, so that only one name matches.
    package var isExact: Bool { pieces.count == 1 }

    /// Whether every name matches.
    package var matchesEverything: Bool { pieces.count > 1 && pieces.allSatisfy(\.isEmpty) }

    /// How many bytes the pattern fixes: of two globs that match a name, the one that fixes more is the more specific.
    package var specificity: Int { pieces.reduce(0) { $0 + $1.count } }

    /// Whether `name` matches. Takes time linear in the name for each piece of the pattern.
    package func matches(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { matches(bytes: $0) }
    }

    private func matches(bytes name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = pieces.first, let last = pieces.last else { return false }
        if pieces.count == 1 { return name.elementsEqual(first) }
        guard name.count >= first.count + last.count, name.starts(with: first),
            name[(name.count - last.count)...].elementsEqual(last)
        else { return false }
        // The middle pieces, leftmost first: greedy matching is right because `*` takes any run.
        var start = first.count
        let end = name.count - last.count
        for piece in pieces[1..<(pieces.count - 1)] where !piece.isEmpty {
            guard let found = Self.firstRange(of: piece, in: name, from: start, to: end) else { return false }
            start = found + piece.count
        }
        return true
    }

    private static func firstRange(
        of piece: [UInt8], in name: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
    ) -> Int? {
        guard end - start >= piece.count else { return nil }
        for offset in start...(end - piece.count) where name[offset..<(offset + piece.count)].elementsEqual(piece) {
            return offset
        }
        return nil
    }
}

/// An allow-list of model patterns.
package struct ModelPatterns: Sendable, Hashable {
    package let patterns: [ModelPattern]
    private let allowsAll: Bool

    /// Every model.
    package static let all = ModelPatterns([ModelPattern("*")])

    package init(_ patterns: [ModelPattern]) {
        self.patterns = patterns
        allowsAll = patterns.contains(where: \.matchesEverything)
    }

    /// Whether some pattern matches `name`; an empty list allows nothing.
    package func allows(_ name: String) -> Bool {
        allowsAll || patterns.contains { $0.matches(name) }
    }
}
