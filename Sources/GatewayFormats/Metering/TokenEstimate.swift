// SPDX-License-Identifier: Apache-2.0

/// Tokens when a provider gives none: four characters each, the usual rule of thumb for English, rounded up. Characters
/// are counted as bytes of the JSON text, so scripts of more bytes a character come out with more tokens, as they do in
/// reality.
package enum TokenEstimate {
    /// At least 1 for any text, 0 for none.
    package static func tokens(characters: Int) -> Int64 {
        Int64(max(characters, 0) / 4 + (max(characters, 0) % 4 == 0 ? 0 : 1))
    }
}
