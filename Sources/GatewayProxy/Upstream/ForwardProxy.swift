// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// A proxy between the gateway and the providers, as `HTTPS_PROXY` and `NO_PROXY` name it.
package struct ForwardProxy: Sendable {
    package let host: String
    package let port: Int
    /// Host names that are reached directly, each with all names below it; `*` is every name.
    private let exceptions: [String]

    /// Reads `HTTPS_PROXY` (`http://host:port`) and `NO_PROXY`, in either case. Nil when there is no proxy; throws a
    /// message when the value is not one that can be used.
    package init?(environment: [String: String]) throws(ForwardProxyError) {
        guard let value = environment["HTTPS_PROXY"] ?? environment["https_proxy"], !value.isEmpty else { return nil }
        let rest = value.hasPrefix("http://") ? value.dropFirst(7) : value[...]
        let authority = rest.prefix { $0 != "/" }
        guard !value.hasPrefix("https://"), !authority.contains("@"), let colon = authority.lastIndex(of: ":"),
            let port = Int(authority[authority.index(after: colon)...]), (1...65535).contains(port),
            colon > authority.startIndex
        else { throw ForwardProxyError() }
        host = authority[..<colon].trimming("[", "]")
        self.port = port
        let list = environment["NO_PROXY"] ?? environment["no_proxy"] ?? ""
        exceptions = list.split(separator: ",").map { $0.filter { $0 != " " }.lowercased() }
    }

    /// Whether calls to `host` go through the proxy. Loopback never does.
    func covers(_ host: String) -> Bool {
        let host = host.lowercased()
        if ListenAddress(host: host, port: 0).isLoopback { return false }
        return !exceptions.contains { exception in
            let name = exception.hasPrefix(".") ? String(exception.dropFirst()) : exception
            return name == "*" || host == name || host.hasSuffix("." + name)
        }
    }
}

/// The proxy setting cannot be used.
package struct ForwardProxyError: Error, CustomStringConvertible {
    package var description: String {
        "HTTPS_PROXY is not of the form http://host:port; credentials in it and proxies spoken to over TLS are not supported"
    }
}

extension Substring {
    fileprivate func trimming(_ first: Character, _ last: Character) -> String {
        guard self.first == first, self.last == last else { return String(self) }
        return String(dropFirst().dropLast())
    }
}
