// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain

/// The rules for texts that a key carries.
enum KeyText {
    /// A name or an owner: NFC, so that the composed and decomposed spellings of a word are one, 1 to 128 bytes of it,
    /// no control characters. Anything else is text like any other.
    static func label(_ text: String, field: String) throws(Problem) -> String {
        let normal = normalised(text)
        guard (1...128).contains(normal.utf8.count) else {
            throw Problem(
                .invalidField, "\"\(field)\" must have 1 to 128 bytes of UTF-8, not \(normal.utf8.count).", field: field
            )
        }
        try refuseControls(normal, field: field)
        return normal
    }

    static func normalised(_ text: String) -> String { text.precomposedStringWithCanonicalMapping }

    /// An allow-list of model names and globs.
    static func models(_ texts: [String]) throws(Problem) -> ModelPatterns {
        guard (1...256).contains(texts.count) else {
            throw Problem(
                .invalidField,
                "\"models\" must list 1 to 256 names or globs, such as [\"*\"]; to block a key, disable it.",
                field: "models")
        }
        for text in texts {
            guard (1...256).contains(text.utf8.count) else {
                throw Problem(.invalidField, "Each of \"models\" must have 1 to 256 bytes.", field: "models")
            }
            try refuseControls(text, field: "models")
        }
        return ModelPatterns(texts.map(ModelPattern.init))
    }

    private static func refuseControls(_ text: String, field: String) throws(Problem) {
        let refused: Set<Unicode.GeneralCategory> = [.control, .lineSeparator, .paragraphSeparator]
        guard text.unicodeScalars.allSatisfy({ !refused.contains($0.properties.generalCategory) }) else {
            throw Problem(.invalidField, "\"\(field)\" must not contain control characters.", field: field)
        }
    }
}

extension String {
    /// Equal byte for byte: Swift's `==` takes canonically equivalent texts for equal.
    func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
