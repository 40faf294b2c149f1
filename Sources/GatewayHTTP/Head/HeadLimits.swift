// SPDX-License-Identifier: Apache-2.0

/// How large a message head may be.
package struct HeadLimits: Sendable {
    /// Bytes of the whole head.
    package var bytes: Int
    /// Header fields.
    package var fields: Int

    package init(bytes: Int, fields: Int) {
        self.bytes = bytes
        self.fields = fields
    }

    /// Throws when a head of `count` bytes is too large.
    func checkSize(_ count: Int) throws(HTTPFault) {
        guard count <= bytes else { throw HTTPFault(431, "the request head is too large") }
    }

    /// Throws when a head that has `count` fields may not have another.
    func checkRoom(after count: Int) throws(HTTPFault) {
        guard count < fields else { throw HTTPFault(431, "there are too many header fields") }
    }
}

/// Finds where a message head ends, looking at each byte once however the bytes arrive.
package struct HeadFinder: Sendable {
    private var looked = 0

    package init() {}

    /// Whether a part of a head has been looked at.
    package var hasStarted: Bool { looked > 0 }

    /// How many bytes the head takes, its empty line included; nil while it is not whole. `bytes` starts at the head and
    /// only grows between calls. Throws when a line ends in a bare line feed, since such a head would never end.
    package mutating func end(in bytes: borrowing Span<UInt8>) throws(HTTPFault) -> Int? {
        // The last byte of "\r\n\r\n" is looked for in steps: a byte that is neither CR nor LF rules out four places.
        var index = max(looked, 3)
        while index < bytes.count {
            let byte = bytes[index]
            if byte == .lf {
                if bytes[index - 1] == .cr, bytes[index - 2] == .lf, bytes[index - 3] == .cr { return index + 1 }
                index += 2
            } else if byte == .cr {
                index += 1
            } else {
                index += 4
            }
        }
        for index in looked..<max(looked, bytes.count) where bytes[index] == .lf {
            if index == 0 || bytes[index - 1] != .cr {
                throw HTTPFault(400, "a line of the head ends in a bare line feed")
            }
        }
        looked = bytes.count
        return nil
    }
}
