// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

extension HeadCase {
    /// A request head as HTTP/2 carries it.
    struct Fields: Sendable, CustomTestStringConvertible {
        var name: String
        var pairs: [(name: String, value: String)]
        var endsStream = true
        var verdict: Verdict

        var testDescription: String { "\(name): \(pairs.map { Bytes.shown("\($0): \($1)".utf8) })" }

        func read(limits: HeadLimits = .usual) -> Result<RequestHead, HTTPFault> {
            do throws(HTTPFault) {
                var reader = HTTP2HeadReader(limits: limits)
                for (name, value) in pairs { try reader.add(name: name, value: value) }
                return .success(try reader.head(endsStream: endsStream))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Fields in which HTTP/1 speaks of the connection, and which HTTP/2 does not have.
    private static let ofTheConnection = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
    ]

    /// This HTTP/1.1 head's method, target and fields as HTTP/2 says them, with what must become of them: the same, but
    /// where it speaks of the connection. Nil where HTTP/2 cannot say the like.
    func overHTTP2(hostAs hostName: String) -> Fields? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var lines = text.utf8.split(separator: [13, 10], omittingEmptySubsequences: false).map { String($0) ?? "" }
        guard lines.suffix(2) == ["", ""] else { return nil }
        lines.removeLast(2)
        let words = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 3, words[2] == "HTTP/1.1", !words[1].hasPrefix("http") else { return nil }
        let pairs = lines.map(Self.pair)
        guard !pairs.contains(where: { $0 == nil }) else { return nil }
        var fields = Fields(
            name: name, pairs: [(":method", words[0]), (":scheme", "https"), (":path", words[1])], verdict: verdict)
        let rest = pairs.compactMap(\.self)
        if hostName == ":authority", rest.count(where: { $0.name == "host" }) > 1 { return nil }
        fields.pairs += rest.filter { $0.name == "host" }.map { (hostName, $0.value) }
        fields.pairs += rest.filter { $0.name != "host" }
        if rest.contains(where: { Self.ofTheConnection.contains($0.name) }) { fields.verdict = .refused(400) }
        if case .accepted(let accepted) = verdict { fields.endsStream = accepted.framing == .none }
        return fields
    }

    /// A field line's name in lower case and its value without white space around it.
    private static func pair(_ line: String) -> (name: String, value: String)? {
        let bytes = Array(line.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), !bytes.isEmpty else { return nil }
        func isWhite(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        let value = bytes[(colon + 1)...].drop(while: isWhite).reversed().drop(while: isWhite).reversed()
        return (String(decoding: bytes[..<colon], as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self))
    }
}
