// SPDX-License-Identifier: Apache-2.0

/// The caller's query as a provider may see it. SDKs choose variants of an endpoint by it (`?beta=true`); some also send
/// their key there, which is the caller's own and never leaves.
enum ForwardedQuery {
    private static let credentials: Set<String> = [
        "key", "api_key", "api-key", "apikey", "x-api-key", "access_token", "token", "authorization",
    ]

    /// `query` without the parameters that hold a credential; nil when nothing is left.
    static func make(_ query: [UInt8]) -> [UInt8]? {
        let kept = query.split(separator: UInt8(ascii: "&")).filter { !isCredential($0) }
        return kept.isEmpty ? nil : Array(kept.joined(separator: [UInt8(ascii: "&")]))
    }

    private static func isCredential(_ parameter: ArraySlice<UInt8>) -> Bool {
        let parts = parameter.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(decoding: parts[0], as: UTF8.self)
        // An escaped name is nothing that SDKs send; one that hides something is not passed on.
        if name.contains("%") || credentials.contains(name.lowercased()) { return true }
        return parts.count > 1 && parts[1].starts(with: "sk-sluice-".utf8)
    }
}
