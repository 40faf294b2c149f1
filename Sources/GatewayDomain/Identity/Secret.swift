// SPDX-License-Identifier: Apache-2.0

/// A value that must never be shown: a provider's key, the admin key, a caller's key in clear.
///
/// It has no text form: describing, dumping, interpolating or reflecting it gives `[secret]`, and it is neither `Codable`
/// nor `Hashable`. The bytes leave only through `withBytes`, whose call sites are few and easy to review.
package struct Secret: Sendable {
    private let bytes: [UInt8]

    /// Takes the UTF-8 bytes of `text` as the secret.
    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// Whether the secret has no bytes; such a secret is refused wherever one is required.
    package var isEmpty: Bool { bytes.isEmpty }

    /// Length in bytes.
    package var count: Int { bytes.count }

    /// Lends the bytes to `body`; they must not outlive the call except in the message they authenticate.
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try bytes.withUnsafeBytes(body)
    }

    /// Compares in time that depends on the lengths alone.
    package func matches(_ other: Secret) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        var difference: UInt8 = 0
        for index in bytes.indices { difference |= bytes[index] ^ other.bytes[index] }
        return difference == 0
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "[secret]" }
    package var debugDescription: String { "[secret]" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
