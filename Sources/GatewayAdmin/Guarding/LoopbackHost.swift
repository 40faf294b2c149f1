// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Tells whether a `Host` or `Origin` names this machine by a loopback address or `localhost`. A browser that was led
/// here by a foreign name (DNS rebinding) or by a foreign page sends something else.
enum LoopbackHost {
    /// Reads `host`, `host:port`, `[v6]` or `[v6]:port`.
    static func isLoopback(authority: String) -> Bool {
        var host = authority[...]
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return false }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        if let port, UInt16(port) == nil { return false }
        return ListenAddress(host: host.lowercased(), port: 0).isLoopback
    }

    /// Reads `scheme://authority`; the origin `null` of sandboxed pages is foreign.
    static func isLoopback(origin: String) -> Bool {
        for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
            return isLoopback(authority: String(origin.dropFirst(scheme.count)))
        }
        return false
    }
}
