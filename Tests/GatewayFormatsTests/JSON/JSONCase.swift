// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

/// A document with a name that test output can show.
struct JSONCase: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]

    init(_ name: String, _ text: String) {
        self.name = name
        bytes = Array(text.utf8)
    }

    init(_ name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    var testDescription: String { name }
}

/// Scans `bytes` from memory that ends exactly where they do.
@discardableResult
func scan(
    _ bytes: [UInt8], for paths: [String] = [], with scanner: JSONScanner = JSONScanner()
) throws(JSONFault) -> JSONFields {
    let result: Result<JSONFields, JSONFault> = bytes.withUnsafeBytes { buffer in
        do throws(JSONFault) {
            return .success(try scanner.scan(buffer, padded: false, for: JSONShape(paths)))
        } catch {
            return .failure(error)
        }
    }
    return try result.get()
}

@discardableResult
func scan(
    _ text: String, for paths: [String] = [], with scanner: JSONScanner = JSONScanner()
) throws(JSONFault) -> JSONFields {
    try scan(Array(text.utf8), for: paths, with: scanner)
}

/// The one field at `path` in `text`.
func field(_ path: String, in text: String) throws -> JSONField {
    try scan(text, for: [path])[0]
}
