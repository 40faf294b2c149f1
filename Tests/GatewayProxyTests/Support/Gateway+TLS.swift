// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

extension Gateway {
    private static let certificates = Result { try Certificates() }

    /// Runs `body` with a gateway that listens with TLS as well, and an HTTP/2 connection to it.
    static func withHTTP2(
        _ change: (inout Settings) -> Void = { _ in },
        provider script: @escaping @Sendable (ScriptedProvider.Connection) throws -> Void = { try $0.serve() },
        initialWindow: UInt32 = 65535,
        _ body: (Gateway, ScriptedProvider, HTTP2Wire) async throws -> Void
    ) async throws {
        let certificates = try certificates.get()
        try await with(
            {
                $0.tls = .init(
                    address: ListenAddress(host: "127.0.0.1", port: 0), certificate: certificates[.right].chain,
                    privateKey: certificates[.right].key)
                change(&$0)
            }, provider: script
        ) { gateway, provider in
            let wire = try await gateway.connectHTTP2(initialWindow: initialWindow)
            try await body(gateway, provider, wire)
            await wire.close()
        }
    }

    func connectHTTP2(initialWindow: UInt32 = 65535) async throws -> HTTP2Wire {
        let authority = try Self.certificates.get().authority
        return try await HTTP2Wire(port: tlsPort ?? 0, authority: authority, initialWindow: initialWindow)
    }
}
