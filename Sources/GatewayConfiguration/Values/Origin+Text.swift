// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

extension Origin {
    /// Reads a base URL, such as a provider's. It is parsed here once; nothing later reads it from text again, so no two
    /// parts of the gateway can disagree about which host it names.
    package static func parse(_ text: String) throws(Flaw) -> Origin {
        let forbidden = text.utf8.contains { $0 <= 0x20 || $0 >= 0x7f || $0 == UInt8(ascii: "\\") }
        guard !forbidden else {
            throw Flaw(
                why: "it has a blank, a backslash, a control character or one outside ASCII",
                fix: "write the URL plainly, as in `https://api.openai.com/v1`")
        }
        let (isTLS, rest) = try scheme(text)
        let authority = rest.prefix { !"/?#".contains($0) }
        let tail = rest.dropFirst(authority.count)
        guard !authority.contains("@") else {
            throw Flaw(why: "it holds a user name or password", fix: "remove it and put the key in `api_key`")
        }
        guard !tail.contains(where: { "?#".contains($0) }) else {
            throw Flaw(why: "it has a query or a fragment", fix: "end it with the path")
        }
        let (host, port) = try hostAndPort(authority, defaultPort: isTLS ? 443 : 80)
        return Origin(isTLS: isTLS, host: host, port: port, basePath: try path(tail))
    }

    private static func scheme(_ text: String) throws(Flaw) -> (isTLS: Bool, rest: Substring) {
        let lowered = text.prefix(8).lowercased()
        if lowered.hasPrefix("https://") { return (true, text.dropFirst(8)) }
        if lowered.hasPrefix("http://") { return (false, text.dropFirst(7)) }
        throw Flaw(why: "it does not start with http:// or https://", fix: "write the whole URL with its scheme")
    }

    private static func hostAndPort(
        _ authority: Substring, defaultPort: Int
    ) throws(Flaw) -> (host: String, port: Int) {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else {
                throw Flaw(why: "its `[` is never closed", fix: "write an IPv6 host like `[::1]`")
            }
            let host = try HostName.check(authority[..<end].dropFirst(), isBracketed: true)
            return (host, try port(authority[authority.index(after: end)...], defaultPort: defaultPort))
        }
        let name = authority.prefix { $0 != ":" }
        let host = try HostName.check(name, isBracketed: false)
        return (host, try port(authority.dropFirst(name.count), defaultPort: defaultPort))
    }

    private static func port(_ text: Substring, defaultPort: Int) throws(Flaw) -> Int {
        if text.isEmpty { return defaultPort }
        guard text.hasPrefix(":") else {
            throw Flaw(why: "something other than a port follows its host", fix: "write `:port`, or nothing")
        }
        return try HostName.port(text.dropFirst(), from: 1)
    }

    private static func path(_ text: Substring) throws(Flaw) -> String {
        var path = text
        while path.hasSuffix("/") { path = path.dropLast() }
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = segments.allSatisfy { segment in
            segment != "." && segment != ".." && !segment.isEmpty
                && segment.allSatisfy { $0.isLetter || $0.isNumber || "-._~!$&'()*+,;=:@".contains($0) }
        }
        guard path.isEmpty || isPlain else {
            throw Flaw(
                why: "its path has an empty, `.` or `..` step, or a character such as `%`",
                fix: "write the path plainly, as in `/v1`")
        }
        return String(path)
    }
}
