// SPDX-License-Identifier: Apache-2.0

extension Seal {
    private static let mark = "sluice.seal."

    /// The seal as a text that passes through clients of other dialects, in the place where those keep seals of their own:
    /// `sluice.seal.gemini.signature.<id>.<value>`. With `call`, it belongs to the tool call of that identifier.
    package func wrapped(call: JSONString? = nil) -> JSONString {
        let kind: JSONString =
            switch self.kind {
            case .signature: "signature"
            case .encrypted: "encrypted"
            }
        let owner = (call ?? id ?? "").text.replacing("%", with: "%25").replacing(".", with: "%2E")
        let scope: JSONString = call == nil ? "" : "call-"
        return JSONString(
            joining: [JSONString(Self.mark + issuer.rawValue + "."), scope, kind, ".", JSONString(owner), ".", value])
    }

    /// Takes apart what `wrapped` made; nil for anything else, which is a seal of the dialect's own.
    package static func unwrap(_ text: JSONString) -> (seal: Seal, call: JSONString?)? {
        guard text.escaped.starts(with: mark.utf8) else { return nil }
        let parts = text.escaped.dropFirst(mark.utf8.count)
            .split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let issuer = Issuer(rawValue: String(decoding: parts[0], as: UTF8.self)) else {
            return nil
        }
        var name = String(decoding: parts[1], as: UTF8.self)
        let isOfCall = name.hasPrefix("call-")
        if isOfCall { name.removeFirst(5) }
        let kind: Kind
        switch name {
        case "signature": kind = .signature
        case "encrypted": kind = .encrypted
        default: return nil
        }
        let text = JSONString(escaped: parts[2]).text
        let owner = JSONString(text.replacing("%2E", with: ".").replacing("%25", with: "%"))
        let seal = Seal(
            issuer, kind, JSONString(escaped: parts[3]), id: isOfCall || owner.isEmpty ? nil : owner)
        return (seal, isOfCall ? owner : nil)
    }
}
