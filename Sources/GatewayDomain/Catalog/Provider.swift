// SPDX-License-Identifier: Apache-2.0

/// How a provider wants its credential.
package enum Authentication: Sendable {
    /// `Authorization: Bearer <key>`.
    case bearer(Secret)
    /// A header of the provider's own, such as Anthropic's `x-api-key`.
    case header(name: String, Secret)
    /// No credential, as self-hosted servers often have it.
    case none
}

/// Where a provider is reached. Only the operator's configuration makes one; no request field ever does.
package struct Origin: Sendable, Hashable {
    package var isTLS: Bool
    /// Host name or address, without brackets.
    package var host: String
    package var port: Int
    /// The path prefix, without a trailing slash; empty or starting with `/`.
    package var basePath: String

    package init(isTLS: Bool, host: String, port: Int, basePath: String) {
        self.isTLS = isTLS
        self.host = host
        self.port = port
        self.basePath = basePath
    }

    /// The value of the `Host` header: the port only where it is not the scheme's own, IPv6 in brackets.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isTLS ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// `https://host:port/base`, for people to read.
    package var url: String { "\(isTLS ? "https" : "http")://\(authority)\(basePath)" }
}

/// How long each phase of a provider call may take, in milliseconds. Each is a bound; none is infinite.
package struct Deadlines: Sendable, Hashable {
    /// Name look-up, TCP and TLS handshakes.
    package var connect: Int
    /// From the request being written to the first byte of the answer.
    package var firstByte: Int
    /// Between two pieces of an answer.
    package var idle: Int
    /// The whole call, waiting for a connection included.
    package var total: Int

    package init(connect: Int = 10_000, firstByte: Int = 300_000, idle: Int = 120_000, total: Int = 900_000) {
        self.connect = connect
        self.firstByte = firstByte
        self.idle = idle
        self.total = total
    }
}

/// A provider as the data plane needs it: resolved, validated, with everything static already made.
package struct Provider: Sendable {
    /// The configured name.
    package var name: String
    /// The name in paths (`/llm/call/{slug}/…`): lower case, other characters as `-`.
    package var slug: String
    /// The template it was made from, which is also how the price catalogue knows it.
    package var template: String
    package var dialect: Dialect
    package var origin: Origin
    package var authentication: Authentication
    /// Header fields sent with every request, such as `anthropic-version`, unless the caller sends its own.
    package var defaultHeaders: [(name: String, value: String)]
    /// The caller's header fields that may go to this provider, in lower case.
    package var forwardedHeaders: Set<String>
    package var deadlines: Deadlines
    /// The most connections one lane opens to this provider; a call beyond waits until `deadlines.connect`.
    package var maxConnections: Int
    /// Whether OpenAI-style streams must ask for their usage with `stream_options.include_usage`.
    package var asksForStreamUsage: Bool

    package init(
        name: String, slug: String, template: String, dialect: Dialect, origin: Origin, authentication: Authentication,
        defaultHeaders: [(name: String, value: String)] = [], forwardedHeaders: Set<String> = [],
        deadlines: Deadlines = Deadlines(), maxConnections: Int = 1024, asksForStreamUsage: Bool = true
    ) {
        self.name = name
        self.slug = slug
        self.template = template
        self.dialect = dialect
        self.origin = origin
        self.authentication = authentication
        self.defaultHeaders = defaultHeaders
        self.forwardedHeaders = forwardedHeaders
        self.deadlines = deadlines
        self.maxConnections = maxConnections
        self.asksForStreamUsage = asksForStreamUsage
    }
}
