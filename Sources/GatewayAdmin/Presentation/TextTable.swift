// SPDX-License-Identifier: Apache-2.0

/// A table for a terminal: aligned columns, two spaces apart, no rules and no colour.
package struct TextTable: Sendable {
    package struct Column: Sendable {
        package enum Alignment: Sendable { case left, right }

        package var title: String
        package var alignment: Alignment
        /// Whether the column may be cut to make the table fit.
        package var canShrink: Bool

        /// A column of words.
        package static func text(_ title: String, canShrink: Bool = false) -> Column {
            Column(title: title, alignment: .left, canShrink: canShrink)
        }

        /// A column of numbers.
        package static func figure(_ title: String) -> Column {
            Column(title: title, alignment: .right, canShrink: false)
        }
    }

    /// Cells narrower than this are not cut further.
    private static let narrowest = 8

    private let columns: [Column]
    private var rows: [[String]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; its cells are made safe to show.
    package mutating func append(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has one cell for each column")
        rows.append(cells.map(TerminalText.safe))
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// The lines of the table, at most `width` cells wide as far as cutting the columns that may shrink allows; nil does
    /// not cut.
    package func lines(width: Int?) -> [String] {
        let table = [columns.map(\.title)] + rows
        var widths = columns.indices.map { column in table.map { TerminalText.width($0[column]) }.max() ?? 0 }
        if let width { shrink(&widths, to: width) }
        return table.map { line($0, widths) }
    }

    /// Takes cells from the widest column that may shrink until the table fits.
    private func shrink(_ widths: inout [Int], to width: Int) {
        while widths.reduce(0, +) + 2 * (widths.count - 1) > width {
            let shrinkable = columns.indices.filter { columns[$0].canShrink && widths[$0] > Self.narrowest }
            guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { return }
            widths[widest] -= 1
        }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = columns.indices.map { column in
            let text = TerminalText.fitted(cells[column], to: widths[column])
            let padding = String(repeating: " ", count: max(0, widths[column] - TerminalText.width(text)))
            return columns[column].alignment == .left ? text + padding : padding + text
        }.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }
}
