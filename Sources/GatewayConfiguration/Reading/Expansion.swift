// SPDX-License-Identifier: Apache-2.0

/// Puts environment variables into a scalar: `${NAME}`, `${NAME:-default}`, and `$${` for a literal `${`.
///
/// It works on parsed values, so what a variable holds can never change the file's structure.
struct Expansion {
    let environment: [String: String]

    func expand(_ text: String) throws(Flaw) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var result = ""
        var rest = Substring(text)
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                result += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    throw Flaw(why: "its `${` is never closed", fix: "write `${NAME}`, or `$${` for a literal `${`")
                }
                result += try value(of: rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
                rest = rest[rest.index(after: end)...]
            } else {
                result += "$"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    private func value(of reference: Substring) throws(Flaw) -> String {
        if reference.contains("${") {
            throw Flaw(why: "one `${…}` stands inside another", fix: "use a plain default, without `${`")
        }
        let name: Substring
        var fallback: Substring?
        if let separator = reference.firstRange(of: ":-") {
            name = reference[..<separator.lowerBound]
            fallback = reference[separator.upperBound...]
        } else {
            name = reference
        }
        guard Self.isVariableName(name) else {
            throw Flaw(
                why: "what stands in `${…}` is not the name of an environment variable",
                fix: "use letters, digits and `_`, as in `${OPENAI_API_KEY}`")
        }
        if let value = environment[String(name)], !(value.isEmpty && fallback != nil) { return value }
        guard let fallback else {
            throw Flaw(
                why: "the environment variable `\(name)` is not set",
                fix: "set it, or give a default with `${\(name):-default}`")
        }
        return String(fallback)
    }

    private static func isVariableName(_ name: Substring) -> Bool {
        guard let first = name.utf8.first, first < UInt8(ascii: "0") || first > UInt8(ascii: "9") else { return false }
        return name.utf8.count <= 128
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            }
    }
}
