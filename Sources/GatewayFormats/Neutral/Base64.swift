// SPDX-License-Identifier: Apache-2.0

/// Base64 (RFC 4648), in the standard and the URL-safe alphabet.
enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each letter of either alphabet; 0xff for everything else.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()

    /// `bytes` in the standard alphabet, padded.
    static func encode(_ bytes: some Collection<UInt8>) -> JSONString {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        var group: UInt32 = 0
        var held = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            held += 1
            if held == 3 {
                append(group, letters: 4, to: &output)
                (group, held) = (0, 0)
            }
        }
        if held > 0 {
            append(group << UInt32(8 * (3 - held)), letters: held + 1, to: &output)
            output.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - held))
        }
        return JSONString(escaped: output[...])
    }

    private static func append(_ group: UInt32, letters count: Int, to output: inout [UInt8]) {
        for index in 0..<count { output.append(letters[Int(group >> UInt32(18 - 6 * index) & 0x3f)]) }
    }

    /// What `text` encodes in either alphabet, with padding or without; nil when it is no base64.
    static func decode(_ text: JSONString) -> [UInt8]? {
        var letters = text.utf8[...]
        while letters.last == UInt8(ascii: "=") { letters.removeLast() }
        guard letters.count % 4 != 1 else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(letters.count / 4 * 3 + 2)
        var group: UInt32 = 0
        var bits: UInt32 = 0
        for letter in letters {
            let value = values[Int(letter)]
            guard value != 0xff else { return nil }
            group = group << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(truncatingIfNeeded: group >> bits))
            }
        }
        return output
    }

    /// The same text in the standard alphabet, which is what most providers take; itself unless it is URL-safe.
    static func standard(_ text: JSONString) -> JSONString {
        guard isURLSafe(text.escaped) else { return text }
        let letters = text.escaped.map { letter -> UInt8 in
            switch letter {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: letter
            }
        }
        return JSONString(escaped: letters[...])
    }

    /// Looks at megabytes of pictures: without an early exit, so that it takes many letters at a time.
    private static func isURLSafe(_ letters: ArraySlice<UInt8>) -> Bool {
        letters.withUnsafeBufferPointer { letters in
            var found: UInt8 = 0
            for letter in letters {
                found |= (letter == UInt8(ascii: "-") ? 1 : 0) | (letter == UInt8(ascii: "_") ? 1 : 0)
            }
            return found != 0
        }
    }
}
