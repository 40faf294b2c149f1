// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain

/// The rules for texts that a key carries.
enum KeyText {
    /// A name or an owner: NFC, so that the composed and decomposed spellings of a word are one, 1 to 128 bytes of it,
    /// no control characters, no blanks around it. Anything else is text like any other.
    static func label(_ text: String, field: String) throws(Problem) -> String {
        let normal = normalised(text)
        guard (1...128).contains(normal.utf8.count) else {
            throw Problem(
                .invalidField, "\"\(field)\" must have 1 to 128 bytes of UTF-8, not \(normal.utf8.count).", field: field
            )
        }
        try refuseOddCharacters(normal, field: field)
        return normal
    }

    static func normalised(_ text: String) -> String {
        // ASCII has one spelling, and most names are ASCII.
        text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
    }

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
            try refuseOddCharacters(text, field: "models")
        }
        let patterns = texts.map(ModelPattern.init)
        guard patterns.allSatisfy({ $0.stars <= ModelPattern.mostStars }) else {
            throw Problem(
                .invalidField, "Each of \"models\" may have at most \(ModelPattern.mostStars) \"*\".", field: "models")
        }
        return ModelPatterns(patterns)
    }

    /// Blanks around a text cannot be seen, so two names that look alike would differ.
    private static func refuseOddCharacters(_ text: String, field: String) throws(Problem) {
        guard text.first?.isWhitespace == false, text.last?.isWhitespace == false else {
            throw Problem(.invalidField, "\"\(field)\" must not begin or end with a blank.", field: field)
        }
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
