// SPDX-License-Identifier: Apache-2.0

extension LogLine {
    /// Appends `text` as the inside of a JSON string: at most `limit` bytes of it, and at most twice as many escaped.
    mutating func append(escaping text: String, limit: Int) {
        var text = text
        let isPlain = text.withUTF8 { source in
            guard source.count <= limit, source.allSatisfy(LogLine.isPlain) else { return false }
            append(plain: source)
            return true
        }
        if !isPlain { append(escapingScalarsOf: text, limit: limit) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private mutating func append(escapingScalarsOf text: String, limit: Int) {
        var taken = 0
        var written = 0
        for scalar in text.unicodeScalars {
            let escape = LogEscape(scalar)
            taken += scalar.utf8.count
            written += escape.length
            if taken > limit || written > 2 * limit { return append(plain: "…".utf8) }
            switch escape {
            case .none: append(plain: scalar.utf8)
            case .short(let letter): append(plain: [UInt8(ascii: "\\"), letter])
            case .code(let code): append(plain: LogEscape.hexadecimal(code))
            }
        }
    }
}

/// How one character stands in a log line.
private enum LogEscape {
    case none(length: Int)
    case short(UInt8)
    case code(UInt16)

    var length: Int {
        switch self {
        case .none(let length): length
        case .short: 2
        case .code: 6
        }
    }

    /// Escaped is what JSON demands, and what a terminal, a log shipper or a reader's eye could take for something else:
    /// all control characters, separators of lines, and marks that turn the direction of writing.
    init(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"", "\\": self = .short(UInt8(truncatingIfNeeded: scalar.value))
        case "\n": self = .short(UInt8(ascii: "n"))
        case "\r": self = .short(UInt8(ascii: "r"))
        case "\t": self = .short(UInt8(ascii: "t"))
        case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{200e}"..."\u{200f}", "\u{2028}"..."\u{202e}",
            "\u{2066}"..."\u{2069}", "\u{feff}":
            self = .code(UInt16(truncatingIfNeeded: scalar.value))
        default: self = .none(length: scalar.utf8.count)
        }
    }

    static func hexadecimal(_ code: UInt16) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return [UInt8(ascii: "\\"), UInt8(ascii: "u")]
            + [12, 8, 4, 0].map { digits[Int(code >> UInt16($0) & 0xf)] }
    }
}
