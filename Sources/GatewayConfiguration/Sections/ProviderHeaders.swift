// SPDX-License-Identifier: Apache-2.0

/// Reads a provider's `headers:`, the fields that the operator adds to every request. Their values are never shown.
struct ProviderHeaders {
    let scope: Scope
    private var headers: [(name: String, value: String)] = []

    init(scope: Scope) { self.scope = scope }

    /// What the gateway itself must decide, for framing or for credentials.
    private static let reserved: Set = [
        "authorization", "connection", "content-encoding", "content-length", "content-type", "cookie", "expect", "host",
        "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    func read() -> ProviderHeaders {
        var result = self
        for (name, value) in scope.freeTexts("headers") {
            let lowered = name.lowercased()
            guard let value = check(lowered, value) else { continue }
            result.headers.removeAll { $0.name == lowered }
            result.headers.append((lowered, value))
        }
        return result
    }

    /// The template's headers with the operator's put over them.
    func merged(into defaults: [(name: String, value: String)]) -> [(name: String, value: String)] {
        defaults.filter { standard in !headers.contains { $0.name == standard.name } } + headers
    }

    private func check(_ name: String, _ text: Text) -> String? {
        let shown = FieldName.showable(name).map { "`\(scope.path("headers")).\($0)`" } ?? "a field of `headers`"
        guard Self.isToken(name) else {
            scope.reading.report(
                text.place, "\(shown) is not a header name", "it has characters that HTTP does not allow",
                "use letters, digits and `-`")
            return nil
        }
        guard !Self.reserved.contains(name) else {
            scope.reading.report(
                text.place, "\(shown) cannot be set", "the gateway decides this header itself",
                name == "authorization" ? "put the key in `api_key`" : "remove it")
            return nil
        }
        let value = text.value
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }), value.utf8.count <= 8192 else {
            scope.reading.report(
                text.place, "\(shown) has a value that no header can carry",
                "it is too long, or has a line break or a character outside ASCII", "correct the value")
            return nil
        }
        return value
    }

    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 128
            && name.utf8.allSatisfy { byte in
                (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }
}
