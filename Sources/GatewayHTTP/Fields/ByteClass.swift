// SPDX-License-Identifier: Apache-2.0

/// Sets of bytes from the HTTP grammar, each two 64-bit masks, so that a test costs a shift.
struct ByteClass {
    private let low: UInt64
    private let high: UInt64

    init(_ members: StaticString) {
        var masks: (UInt64, UInt64) = (0, 0)
        members.withUTF8Buffer { bytes in
            for byte in bytes {
                if byte < 64 { masks.0 |= 1 << UInt64(byte) } else { masks.1 |= 1 << UInt64(byte & 63) }
            }
        }
        (low, high) = masks
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        byte < 128 && (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1
    }

    /// `tchar` of RFC 9110 §5.6.2: what methods and field names are made of.
    static let token = ByteClass("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    /// What a path may hold (RFC 3986 §3.3): `pchar`, `/` and the `%` of an escape.
    static let path = ByteClass("-._~!$&'()*+,;=:@/%0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    /// What a query may hold (RFC 3986 §3.4).
    static let query = ByteClass("-._~!$&'()*+,;=:@/?%0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    /// What a registered host name may hold (RFC 3986 §3.2.2), without escapes.
    static let host = ByteClass("-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    /// What an IPv6 literal may hold between its brackets.
    static let ipv6 = ByteClass(":.0123456789ABCDEFabcdef")
    /// Characters that mean the same escaped and not (RFC 3986 §2.3).
    static let unreserved = ByteClass("-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    /// `field-vchar`, space and tab of RFC 9110 §5.5: what a field value may hold.
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7f || byte == 0x09 }
}

extension UInt8 {
    static let cr = UInt8(ascii: "\r")
    static let lf = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")

    /// The value of a hexadecimal digit.
    var hexadecimalDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// ASCII capitals become small letters, all else stays.
    @inline(__always)
    var lowercased: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }
}
