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
            if taken > limit || written > 2 * limit { return append(plain: "…") }
            switch escape {
            case .none: for byte in scalar.utf8 { append(plain: byte) }
            case .short(let letter): append(escape: letter)
            case .code(let code): append(escape: code)
            }
        }
    }

    private mutating func append(escape letter: UInt8) {
        append(plain: UInt8(ascii: "\\"))
        append(plain: letter)
    }

    private mutating func append(escape code: UInt16) {
        append(escape: UInt8(ascii: "u"))
        for shift in [12, 8, 4, 0] as [UInt16] {
            let digit = UInt8(truncatingIfNeeded: code >> shift & 0xf)
            append(plain: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
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
}
