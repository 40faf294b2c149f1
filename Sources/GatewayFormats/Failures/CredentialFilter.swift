// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Keeps credentials out of what a provider says.
struct CredentialFilter {
    /// Most characters of a provider's words that are shown.
    private static let longest = 500
    /// How the keys of vendors begin.
    private static let keyStarts = ["sk-", "sk_", "gsk_", "xai-", "pplx-", "AIza", "AKIA", "ya29.", "hf_"]

    private let credential: Secret?

    init(_ credential: Secret?) { self.credential = credential }

    /// Whether the credential is in the valid JSON `json`, with or without escapes.
    func finds(in json: UnsafeRawBufferPointer) -> Bool {
        contains(json) || JSONText.unescaped(json).withUnsafeBytes(contains)
    }

    /// `text` on one line, no longer than it need be, and without the words that are or look like credentials; nil when
    /// nothing is left of it.
    func shown(_ text: String) -> String? {
        // As much as can be shown, and what a credential that begins there has beyond it.
        let start = text.prefix(Self.longest + (credential?.count ?? 0))
        let words = start.split { $0.isWhitespace || $0.unicodeScalars.contains(where: Self.isControl) }
        let shown = words.indices.map { index in
            isCredential(words[index], after: index > 0 ? words[index - 1] : "") ? "[redacted]" : words[index]
        }
        let line = shown.joined(separator: " ")
        if line.isEmpty { return nil }
        return line.count > Self.longest ? line.prefix(Self.longest) + "…" : line
    }

    /// Whether `word` is a credential: the gateway's own, one that begins as those of vendors do, or what follows the name
    /// of the scheme.
    private func isCredential(_ word: Substring, after before: Substring) -> Bool {
        if before.hasSuffix("Bearer") || Array(word.utf8).withUnsafeBytes(contains) { return true }
        let parts = word.split { !$0.isLetter && !$0.isNumber && !"-_.".contains($0) }
        return parts.contains { part in Self.keyStarts.contains { part.hasPrefix($0) } }
    }

    private func contains(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let credential, !credential.isEmpty else { return false }
        return credential.withBytes { secret in
            guard let first = secret.first else { return false }
            var rest = bytes[...]
            while let start = rest.firstIndex(of: first) {
                rest = rest[start...]
                if rest.starts(with: secret) { return true }
                rest = rest.dropFirst()
            }
            return false
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        [.control, .format].contains(scalar.properties.generalCategory)
    }
}
