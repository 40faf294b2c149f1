// SPDX-License-Identifier: Apache-2.0

/// Finds the known name that a misspelt one was probably meant to be.
package enum NearestName {
    /// Nobody misspells a longer name, and the work grows with the square of its length.
    private static let longest = 128

    /// The one of `candidates` that takes the fewest edits, the first of several; nil when none is within a third of what
    /// was written (two edits at least). Upper and lower case count as the same.
    package static func find(_ written: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(written.lowercased().utf8)
        guard wanted.count <= longest else { return nil }
        var nearest: String?
        var tolerance = max(2, wanted.count / 3)
        for candidate in candidates {
            let known = Array(candidate.lowercased().utf8)
            // Each byte that one text is longer than the other is an edit.
            guard abs(known.count - wanted.count) <= tolerance else { continue }
            let edits = distance(wanted, known)
            guard edits <= tolerance else { continue }
            nearest = candidate
            if edits == 0 { break }
            tolerance = edits - 1
        }
        return nearest
    }

    /// Edits (insert, remove, replace, swap of neighbours) that turn one text into the other.
    package static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (row, a) in left.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for (column, b) in right.enumerated() {
                var best = min(previous[column] + (a == b ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, a == right[column - 1], left[row - 1] == b {
                    best = min(best, beforePrevious[column - 1] + 1)
                }
                current.append(best)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
