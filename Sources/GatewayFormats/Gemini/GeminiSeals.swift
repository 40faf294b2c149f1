// SPDX-License-Identifier: Apache-2.0

/// Thought signatures: base64 of bytes that Gemini alone can read. Its clients get the seals of other providers in the same
/// place, as base64 of their wrapped form.
enum GeminiSeals {
    /// What Google documents for calls that another model made, which have no signature.
    static let standIn: JSONString = "skip_thought_signature_validator"

    /// Base64 of the mark that wrapped seals begin with.
    private static let wrappedMark = "c2x1aWNlLnNlYWwu"

    /// The seal that a client sends back.
    static func readClient(_ signature: JSONString) -> Seal {
        if signature.escaped.starts(with: wrappedMark.utf8), let bytes = Base64.decode(signature),
            let text = String(validating: bytes, as: UTF8.self), let found = Seal.unwrap(JSONString(text))
        {
            return found.seal
        }
        return readProvider(signature)
    }

    /// The seal that Gemini gave.
    static func readProvider(_ signature: JSONString) -> Seal { Seal(.gemini, .signature, signature) }

    /// The signature that carries `seal` to a client.
    static func writeClient(_ seal: Seal, call: JSONString? = nil) -> JSONString {
        if seal.issuer == .gemini, seal.kind == .signature { return seal.value }
        return Base64.encode(seal.wrapped(call: call).utf8)
    }

    /// The signature that carries `seal` to Gemini; nil when somebody else issued it.
    static func writeProvider(_ seal: Seal?) -> JSONString? {
        guard let seal, seal.issuer == .gemini else { return nil }
        return seal.value
    }
}
