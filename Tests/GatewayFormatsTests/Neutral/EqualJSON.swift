// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

/// JSON for tests.
enum Sample {
    static func value(_ text: String) throws -> JSONValue { try value(Array(text.utf8)) }

    static func value(_ bytes: [UInt8]) throws -> JSONValue { try JSONScanner().parse(bytes).root }

    static func elements(_ value: JSONValue?) -> [JSONValue] { value.map { Array($0.elements) } ?? [] }

    /// The same text for the same JSON, whatever the order of members and the spelling of strings.
    static func canonical(_ value: JSONValue) -> String {
        switch value.kind {
        case .object:
            let members = value.members.map { "\($0.name.text.debugDescription):\(canonical($0.value))" }
            return "{\(members.sorted().joined(separator: ","))}"
        case .array: return "[\(value.elements.map(canonical).joined(separator: ","))]"
        case .string: return (value.text ?? "").debugDescription
        default: return value.fragment.text
        }
    }
}

/// Expects `bytes` to be the same JSON as `expected`.
func expectJSON(
    _ bytes: [UInt8], _ expected: String, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let found = Sample.canonical(try Sample.value(bytes))
    let wanted = Sample.canonical(try Sample.value(expected))
    #expect(found == wanted, comment, sourceLocation: sourceLocation)
}
