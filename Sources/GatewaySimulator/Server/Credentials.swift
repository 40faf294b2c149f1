// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// Decides who may call: the accepted keys, or any that looks like one.
struct Credentials: Sendable {
    /// Empty accepts every key that starts with one of `prefixes`.
    let keys: Set<String>
    private static let prefixes = ["sk-", "sim-"]
    static let apiKeyHeader = HTTPField.Name("x-api-key")

    /// The credential of a request, from the headers that the dialect reads it from: OpenAI knows a bearer token alone,
    /// Anthropic its own header first (and since version 2 of its SDKs a bearer token too).
    func presented(in fields: HTTPFields, dialect: Dialect) -> String? {
        if dialect == .anthropic, let key = Self.apiKeyHeader.flatMap({ fields[$0] }) { return key }
        let parts = fields[.authorization]?.split(separator: " ", maxSplits: 1) ?? []
        return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : nil
    }

    /// Throws the provider's own refusal unless `credential` is accepted.
    func check(_ credential: String?, dialect: Dialect) throws(Refusal) {
        guard let credential, !credential.isEmpty else {
            throw switch dialect {
            case .openAI:
                Refusal(401, "You did not provide an API key. Send it as 'Authorization: Bearer YOUR_KEY'.")
            case .anthropic: Refusal(401, "x-api-key or authorization header is required")
            }
        }
        guard !accepts(credential) else { return }
        throw switch dialect {
        case .openAI:
            Refusal(401, "Incorrect API key provided: \(Self.masked(credential)).", code: "invalid_api_key")
        case .anthropic: Refusal(401, "invalid x-api-key")
        }
    }

    private func accepts(_ credential: String) -> Bool {
        keys.isEmpty ? Self.prefixes.contains { credential.hasPrefix($0) } : keys.contains(credential)
    }

    /// All that may be shown of a credential: its last four characters, none of a short one.
    static func masked(_ credential: String) -> String {
        credential.count < 12 ? "****" : "****\(credential.suffix(4))"
    }

    /// Header fields whose values are credentials.
    static let secretFields: Set<String> = [
        "authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie",
    ]
}
