// SPDX-License-Identifier: Apache-2.0

/// Why a value cannot be taken, and what to write instead; the reader adds which value and where it stands.
package struct Flaw: Error, Equatable {
    package var why: String
    package var fix: String
}
