// SPDX-License-Identifier: Apache-2.0

/// Finds what somebody may have meant.
enum Spelling {
    /// A hint such as ` Did you mean "owner"?`, or nothing where no known name is near.
    static func hint(for written: String, among known: [String]) -> String {
        guard written.utf8.count <= 64 else { return "" }
        let nearest = known.map { (name: $0, distance: distance(Array(written.lowercased().utf8), Array($0.utf8))) }
            .min { $0.distance < $1.distance }
        guard let nearest, nearest.distance <= max(1, nearest.name.utf8.count / 2) else { return "" }
        return " Did you mean \"\(nearest.name)\"?"
    }

    /// Levenshtein distance, two rows at a time.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var next = [index + 1]
            next.reserveCapacity(row.count)
            for (column, other) in right.enumerated() {
                next.append(min(row[column + 1] + 1, next[column] + 1, row[column] + (byte == other ? 0 : 1)))
            }
            row = next
        }
        return row[right.count]
    }
}

/// What a request sent, made fit to be quoted in an error: short, on one line, without control characters.
func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(64).map { scalar in
        scalar.properties.generalCategory == .control ? "\u{fffd}" : String(Character(scalar))
    }
    return "\"\(shown.joined())\(text.unicodeScalars.count > 64 ? "…" : "")\""
}
