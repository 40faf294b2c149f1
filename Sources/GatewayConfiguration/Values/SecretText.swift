// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Keys and tokens. No flaw found here says anything about the text itself.
enum SecretText {
    private static let limit = 64 << 10

    /// The secret that `text` is, or that the file it names holds (`file:PATH`), without the line break at its end.
    static func resolve(_ text: String, _ reading: Reading) throws(Flaw) -> String {
        guard text.hasPrefix("file:") else { return try check(text) }
        let path = String(text.dropFirst(5))
        guard !path.isEmpty else { throw Flaw(why: "`file:` names no file", fix: "write `file:` and a path") }
        let bytes = try reading.contents(of: path, limit: limit)
        guard var secret = String(validating: bytes, as: UTF8.self) else {
            throw Flaw(why: "the file that it names is not UTF-8 text", fix: "store the key alone in the file, as text")
        }
        if secret.last?.isNewline == true { secret.removeLast() }
        return try check(secret)
    }

    /// Refuses what cannot be a key.
    private static func check(_ text: String) throws(Flaw) -> String {
        if text.utf8.allSatisfy({ $0 == UInt8(ascii: " ") || (0x09...0x0d).contains($0) }) {
            throw Flaw(
                why: "it is empty",
                fix: "give the key, `${NAME}` of an environment variable that holds it, or `file:PATH`")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Flaw(
                why: "it has a blank, a line break or a character outside ASCII, which no header can carry",
                fix: "check that the key was copied whole and alone")
        }
        if isPlaceholder(text.lowercased()) {
            throw Flaw(why: "it is a placeholder, not a key", fix: "put the real key in its place")
        }
        return text
    }

    private static let placeholders: Set = [
        "changeme", "change-me", "change_me", "replaceme", "replace-me", "replace_me", "todo", "sk-xxx", "your-key",
    ]

    private static func isPlaceholder(_ text: String) -> Bool {
        placeholders.contains(text) || text.hasPrefix("your-") || text.hasPrefix("your_") || text.hasPrefix("<")
            || text.utf8.suffix(3).elementsEqual("...".utf8)
            || (text.utf8.count >= 3 && text.utf8.allSatisfy { "x*".utf8.contains($0) })
            || (text.hasPrefix("sk-") && text.utf8.count > 3
                && text.utf8.dropFirst(3).allSatisfy { "x*.".utf8.contains($0) })
    }
}
