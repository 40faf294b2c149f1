// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Words for what somebody may have meant.
enum Spelling {
    /// A hint such as ` Did you mean "owner"?`, or nothing where no known name is near.
    static func hint(for written: String, among known: [String]) -> String {
        NearestName.find(written, among: known).map { " Did you mean \"\($0)\"?" } ?? ""
    }
}

/// What a request sent, made fit to be quoted in an error: short, on one line, without control characters.
func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(64).map { scalar in
        scalar.properties.generalCategory == .control ? "\u{fffd}" : String(Character(scalar))
    }
    return "\"\(shown.joined())\(text.unicodeScalars.count > 64 ? "…" : "")\""
}
