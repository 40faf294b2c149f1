// SPDX-License-Identifier: Apache-2.0

/// Gives the identifiers of tool calls a form that the target takes, one to one within a request. An identifier that fits
/// stays as it is; another becomes a hash of itself, the same in every turn of the conversation.
package struct CallIDMap {
    private let form: TargetRules.CallIDForm
    private var made: [JSONString: JSONString] = [:]
    private var taken: Set<JSONString> = []

    package init(_ form: TargetRules.CallIDForm) { self.form = form }

    /// The identifier to send for `id`.
    package mutating func callAsFunction(_ id: JSONString) -> JSONString {
        guard form != .any else { return id }
        if let known = made[id] { return known }
        var sent = id
        var salt: UInt64 = 0
        while !fits(sent) || taken.contains(sent) {
            sent = Self.hashed(id, salt, length: form == .nineAlphanumeric ? 9 : 24)
            salt += 1
        }
        made[id] = sent
        taken.insert(sent)
        return sent
    }

    private func fits(_ id: JSONString) -> Bool {
        switch form {
        case .any: true
        case .nineAlphanumeric: id.escaped.count == 9 && id.escaped.allSatisfy(Self.isAlphanumeric)
        case .word:
            (1...64).contains(id.escaped.count)
                && id.escaped.allSatisfy {
                    Self.isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
                }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }

    /// FNV-1a, spelled with letters and digits.
    private static func hashed(_ id: JSONString, _ salt: UInt64, length: Int) -> JSONString {
        let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ salt &* 0x9e37_79b9_7f4a_7c15
        for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        var text: [UInt8] = []
        for _ in 0..<length {
            text.append(alphabet[Int(hash % 62)])
            hash = (hash / 62 ^ hash << 17) &* 0x100_0000_01b3 &+ 0x9e37_79b9_7f4a_7c15
        }
        return JSONString(escaped: text[...])
    }
}
