// SPDX-License-Identifier: Apache-2.0

/// One difference between the body that goes to the provider and the one that came: `replacement` stands where `range`
/// was. Edits are in order and do not overlap; an empty range inserts.
package struct BodyEdit: Equatable, Sendable {
    package var range: Range<Int>
    package var replacement: [UInt8]

    package init(range: Range<Int>, replacement: [UInt8]) {
        self.range = range
        self.replacement = replacement
    }
}
