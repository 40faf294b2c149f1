// SPDX-License-Identifier: Apache-2.0

/// Bytes written one after another into memory of a fixed size, which is used again for each line. A growing array would
/// check its uniqueness and size for each of a hundred small pieces, which doubles what a line costs.
struct LineBuffer: ~Copyable {
    private let memory: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(capacity: Int) { memory = .allocate(capacity: capacity) }

    deinit { memory.deallocate() }

    /// Lends what has been written.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: memory[..<count]) }

    /// Forgets what was written after the first `count` bytes.
    mutating func shorten(to count: Int) {
        precondition(count <= self.count, "a line cannot be shortened to more than it is")
        self.count = count
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        memory[take(1)] = byte
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        let start = take(bytes.count)
        _ = UnsafeMutableBufferPointer(rebasing: memory[start..<count]).update(fromContentsOf: bytes)
    }

    /// Appends the decimal digits of `number`, with leading zeros up to `width` digits.
    mutating func append(digitsOf number: UInt64, width: Int = 1) {
        var digits = 1
        var high = number / 10
        while high > 0 {
            digits += 1
            high /= 10
        }
        let start = take(max(digits, width))
        var rest = number
        for index in stride(from: count - 1, through: start, by: -1) {
            memory[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    /// Makes room, and gives where it starts. What is written to a line is limited field by field, so that there is room.
    @inline(__always)
    private mutating func take(_ wanted: Int) -> Int {
        precondition(wanted <= memory.count - count, "the limits of a line's fields add up to more than a line")
        defer { count += wanted }
        return count
    }
}
