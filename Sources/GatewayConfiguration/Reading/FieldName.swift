// SPDX-License-Identifier: Apache-2.0

/// What may be said of names that a file gives: a secret pasted into the wrong place must not come back in a message.
enum FieldName {
    /// `name` if it looks like a field's name, so that a message may show it; else nil.
    static func showable(_ name: String) -> String? {
        let isPlain = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "-")
        }
        return isPlain && (1...24).contains(name.utf8.count) ? name : nil
    }
}
