// SPDX-License-Identifier: Apache-2.0

/// Identifiers of items that another provider's answer got on its way to a client of this dialect. OpenAI has never heard
/// of them, so they do not go there; the mark in them tells.
enum ResponsesItemID {
    private static let mark = "sluice_"

    /// What comes before the underscore of an identifier, by the kind of the item.
    enum Kind: String {
        case message = "msg"
        case reasoning = "rs"
        case call = "fc"
        case customCall = "ctc"
        case image = "ig"
    }

    /// The identifier of the item number `index` of `answer`. OpenAI takes at most 64 characters.
    static func make(_ kind: Kind, _ index: Int, of answer: JSONString) -> JSONString {
        var shortened = CallIDMap(.word)
        let answer = shortened(answer).escaped.suffix(40)
        return JSONString(
            joining: [JSONString("\(kind.rawValue)_\(mark)"), JSONString(escaped: answer), JSONString("_\(index)")])
    }

    /// `id`, if OpenAI knows it.
    static func known(_ id: JSONString?) -> JSONString? {
        guard let id, let underscore = id.escaped.firstIndex(of: UInt8(ascii: "_")) else { return id }
        return id.escaped[(underscore + 1)...].starts(with: mark.utf8) ? nil : id
    }
}
