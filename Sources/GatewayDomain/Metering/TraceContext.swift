// SPDX-License-Identifier: Apache-2.0

/// The W3C trace context a caller sends in `traceparent`: `00-{trace id}-{parent id}-{flags}`, in lower-case hexadecimal.
package enum TraceContext {
    /// The trace id of a `traceparent` value, 32 hexadecimal digits; nil when the value is malformed or one of its ids is
    /// all zeros, so that the caller starts a trace of its own.
    ///
    /// Version 00 has exactly these four fields; of later versions the first four are read and what follows another dash
    /// is not looked at. Version ff is no version.
    package static func parse(_ value: some Collection<UInt8>) -> String? {
        value.withContiguousStorageIfAvailable(traceID) ?? Array(value).withUnsafeBufferPointer(traceID)
    }

    private static func traceID(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard bytes.count >= 55, isVersion(bytes), [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
            isIdentifier(bytes[3..<35]), isIdentifier(bytes[36..<52]), bytes[53..<55].allSatisfy(isDigit)
        else { return nil }
        return String(decoding: bytes[3..<35], as: UTF8.self)
    }

    private static func isVersion(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let version = bytes[0..<2]
        if version.elementsEqual("00".utf8) { return bytes.count == 55 }
        guard version.allSatisfy(isDigit), !version.elementsEqual("ff".utf8) else { return false }
        return bytes.count == 55 || bytes[55] == UInt8(ascii: "-")
    }

    private static func isIdentifier(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        digits.allSatisfy(isDigit) && digits.contains { $0 != UInt8(ascii: "0") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}
