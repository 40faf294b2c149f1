// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// What stands where a secret is set.
let masked = JSONValue.string("***")

extension Provider {
    /// The provider as the admin API shows it: whether it has a credential, never the credential.
    var json: JSONValue {
        [
            "name": .string(name),
            "slug": .string(slug),
            "template": .string(template),
            "dialect": .string(dialect.rawValue),
            "url": .string(origin.url),
            "authentication": .string(authentication.word),
            "credential": authentication.isSet ? masked : .null,
            "default_headers": .object(defaultHeaders.map { .init($0.name, Self.shown($0)) }),
            "forwarded_headers": .array(forwardedHeaders.sorted().map(JSONValue.string)),
            "deadlines_ms": deadlines.json,
            "max_connections": .integer(maxConnections),
            "asks_for_stream_usage": .bool(asksForStreamUsage),
        ]
    }

    /// An operator may put a credential into any header, so only those that cannot hold one are shown.
    private static func shown(_ header: (name: String, value: String)) -> JSONValue {
        let name = header.name.lowercased()
        let isHarmless = name.hasSuffix("-version") || name.hasSuffix("-beta") || name == "user-agent"
        return isHarmless ? .string(header.value) : masked
    }
}

extension Authentication {
    fileprivate var word: String {
        switch self {
        case .bearer: "bearer"
        case .header(let name, _): "header \(name)"
        case .none: "none"
        }
    }

    fileprivate var isSet: Bool {
        switch self {
        case .bearer(let secret), .header(_, let secret): !secret.isEmpty
        case .none: false
        }
    }
}

extension Deadlines {
    fileprivate var json: JSONValue {
        [
            "connect": .integer(connect), "first_byte": .integer(firstByte), "idle": .integer(idle),
            "total": .integer(total),
        ]
    }
}
