// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

extension ListenAddress {
    /// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` or `:8080` (every IPv4 interface). Port 0 lets the system
    /// choose one.
    static func parse(_ text: String) throws(Flaw) -> ListenAddress {
        let bytes = text.utf8
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else {
            throw Flaw(why: "which has no port", fix: "write host and port, such as `127.0.0.1:8080`")
        }
        let port = try HostName.port(text[bytes.index(after: colon)...], from: 0)
        let host = text[..<colon]
        if host.isEmpty { return ListenAddress(host: "0.0.0.0", port: port) }
        if host.utf8.first == UInt8(ascii: "["), host.utf8.last == UInt8(ascii: "]"), host.utf8.count > 2 {
            return ListenAddress(
                host: try HostName.check(host.dropFirst().dropLast(), isBracketed: true), port: port)
        }
        return ListenAddress(host: try HostName.check(host, isBracketed: false), port: port)
    }

    /// Whether both cannot be listened on at once. Port 0 never collides.
    func collides(with other: ListenAddress) -> Bool {
        guard port != 0, port == other.port else { return false }
        let anywhere: Set = ["0.0.0.0", "::"]
        return host == other.host || anywhere.contains(host) || anywhere.contains(other.host)
    }

    /// As it is written in a configuration.
    var written: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
