// SPDX-License-Identifier: Apache-2.0

import GatewayFormats

/// A document with one thing wrong: in turn, every value of it replaced by values of other kinds, every member left out
/// or said twice. For tests that no input makes a reader fall over.
enum Mutations {
    private static let replacements = [
        "null", "true", "7", "-1.5", "1e400", "9223372036854775808", #""x""#, #""""#, "[]", "{}", "[[]]", "[null,{}]",
        #"{"type":{}}"#, #"[{"type":"text"}]"#, String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
    ]

    static func of(_ text: String) throws -> [String] { variants(try Sample.value(text)) }

    private static func variants(_ value: JSONValue) -> [String] {
        var result = replacements
        switch value.kind {
        case .object:
            let members = value.members.map {
                (name: "\"\(String(decoding: $0.name.escaped, as: UTF8.self))\"", $0.value)
            }
            let texts = members.map { "\($0.name):\($0.1.fragment.text)" }
            func object(_ members: [String]) -> String { "{\(members.joined(separator: ","))}" }
            for (index, member) in members.enumerated() {
                var fewer = texts
                fewer.remove(at: index)
                result += [object(fewer), object(texts + [texts[index]])]
                for variant in variants(member.1) {
                    var changed = texts
                    changed[index] = "\(member.name):\(variant)"
                    result.append(object(changed))
                }
            }
        case .array:
            let texts = value.elements.map(\.fragment.text)
            for (index, element) in value.elements.enumerated() {
                for variant in variants(element) {
                    var changed = texts
                    changed[index] = variant
                    result.append("[\(changed.joined(separator: ","))]")
                }
            }
        default: break
        }
        return result
    }
}
