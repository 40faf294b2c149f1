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
            "url": .string(origin.shownURL),
            "authentication": .string(authentication.word),
            "credential": authentication.isSet ? masked : .null,
            "headers": shownHeaders,
            "max_connections": .integer(maxConnections),
        ]
    }

    /// The header fields sent with every request. An operator may put a credential into any of them, so only those that
    /// cannot hold one are shown.
    var shownHeaders: JSONValue {
        .object(
            defaultHeaders.map { header in
                let name = header.name.lowercased()
                let isHarmless = name.hasSuffix("-version") || name.hasSuffix("-beta") || name == "user-agent"
                return .init(header.name, isHarmless ? .string(header.value) : masked)
            })
    }
}

extension Origin {
    /// The URL, without path segments that look like a token: long, of letters and digits alone.
    var shownURL: String {
        var shown = self
        shown.basePath = basePath.split(separator: "/", omittingEmptySubsequences: false).map { segment in
            let looksLikeToken =
                segment.count >= 20 && segment.contains(where: \.isNumber)
                && segment.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "=" }
            return looksLikeToken ? "***" : String(segment)
        }.joined(separator: "/")
        return shown.url
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

    var isSet: Bool {
        switch self {
        case .bearer(let secret), .header(_, let secret): !secret.isEmpty
        case .none: false
        }
    }
}
