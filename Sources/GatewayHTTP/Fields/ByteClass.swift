// SPDX-License-Identifier: Apache-2.0

/// Sets of bytes from the HTTP grammar, each two 64-bit masks, so that a test costs a shift.
///
/// The masks are written out because a lazily made constant would cost a call for each byte looked at; a test makes them
/// from the characters and compares.
package struct ByteClass: Equatable {
    private let low: UInt64
    private let high: UInt64

    @inline(__always)
    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// The set of the characters of `members`, all ASCII.
    package init(_ members: String) {
        var masks: (low: UInt64, high: UInt64) = (0, 0)
        for byte in members.utf8 {
            if byte < 64 { masks.low |= 1 << UInt64(byte) } else { masks.high |= 1 << UInt64(byte & 63) }
        }
        self.init(low: masks.low, high: masks.high)
    }

    /// Whether the set has `byte`.
    @inline(__always)
    package func contains(_ byte: UInt8) -> Bool {
        byte < 128 && (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1
    }

    /// `tchar` of RFC 9110 §5.6.2: what methods and field names are made of.
    package static var token: ByteClass {
        ByteClass(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)
    }
    /// What a path may hold (RFC 3986 §3.3): `pchar`, `/` and the `%` of an escape.
    package static var path: ByteClass {
        ByteClass(low: 0x2fff_fff2_0000_0000, high: 0x47ff_fffe_87ff_ffff)
    }
    /// What a query may hold (RFC 3986 §3.4).
    package static var query: ByteClass {
        ByteClass(low: 0xafff_fff2_0000_0000, high: 0x47ff_fffe_87ff_ffff)
    }
    /// What a registered host name may hold (RFC 3986 §3.2.2), without escapes.
    package static var host: ByteClass {
        ByteClass(low: 0x03ff_6000_0000_0000, high: 0x47ff_fffe_87ff_fffe)
    }
    /// What an IPv6 literal may hold between its brackets.
    package static var ipv6: ByteClass {
        ByteClass(low: 0x07ff_4000_0000_0000, high: 0x0000_007e_0000_007e)
    }
    /// Characters that mean the same escaped and not (RFC 3986 §2.3).
    package static var unreserved: ByteClass {
        ByteClass(low: 0x03ff_6000_0000_0000, high: 0x47ff_fffe_87ff_fffe)
    }

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
