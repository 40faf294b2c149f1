// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP

/// Bytes of a message as a test writes them down.
enum Bytes {
    /// `text` with every line end as CRLF, which is how heads are written here: one line a field.
    static func lines(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\n"), bytes.last != UInt8(ascii: "\r") { bytes.append(UInt8(ascii: "\r")) }
            bytes.append(byte)
        }
        return bytes
    }

    /// Printable text for failure messages: control characters and bytes beyond ASCII as escapes.
    static func shown(_ bytes: some Collection<UInt8>) -> String {
        bytes.prefix(160).map { byte in
            switch byte {
            case UInt8(ascii: "\r"): "\\r"
            case UInt8(ascii: "\n"): "\\n"
            case 0x20..<0x7f: String(UnicodeScalar(byte))
            default: "\\x" + String(byte, radix: 16)
            }
        }.joined()
    }
}

extension HeadLimits {
    /// The gateway's defaults.
    static let usual = HeadLimits(bytes: 64 << 10, fields: 100)
}

extension RequestHead {
    /// What parsing `bytes` gives, as a value that tests can compare.
    static func parse(_ bytes: [UInt8], limits: HeadLimits = .usual) -> Result<RequestHead, HTTPFault> {
        do throws(HTTPFault) {
            return .success(try RequestHead(parsing: bytes.span, limits: limits))
        } catch {
            return .failure(error)
        }
    }
}

extension AnswerHead {
    static func parse(_ bytes: [UInt8], limits: HeadLimits = .usual) -> Result<AnswerHead, HTTPFault> {
        do throws(HTTPFault) {
            return .success(try AnswerHead(parsing: bytes.span, limits: limits))
        } catch {
            return .failure(error)
        }
    }
}

extension FieldTable {
    /// Names and values as text, in order.
    var pairs: [String] { entries.map { "\(text($0.name)): \(text($0.value))" } }
}
