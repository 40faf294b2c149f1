// SPDX-License-Identifier: Apache-2.0

/// Which modules each target may import: the arrows of ARCHITECTURE.md, third parties included. An edge that is not here
/// is refused; to add one is a decision about the design, to be explained in the change that makes it.
enum AllowedImports {
    /// The operating system: files, sockets, clocks, threads.
    private static let system: Set<String> = ["Darwin", "Dispatch", "Glibc", "Musl", "Synchronization"]

    static let table: [String: Set<String>] = [
        // 0 · pure: no system, no Foundation.
        "GatewayDomain": [],
        "GatewayHTTP": [],
        "GatewayFormats": ["CSimdJSON", "GatewayDomain"],
        // 1 · the request's life: NIOCore for `ByteBuffer`; it opens no socket.
        "GatewayPipeline": ["GatewayDomain", "GatewayFormats", "GatewayHTTP", "NIOCore"],
        // 2 · adapters: none knows another.
        "GatewayProxy": system.union([
            "GatewayDomain", "GatewayFormats", "GatewayHTTP", "GatewayPipeline", "NIOCore", "NIOExtras", "NIOHPACK",
            "NIOHTTP1", "NIOHTTP2", "NIOPosix", "NIOSSL", "NIOTLS",
        ]),
        "GatewayStores": system.union(["Crypto", "GRDB", "GRDBSQLite", "GatewayDomain", "Logging"]),
        "GatewayTelemetry": system.union(["Foundation", "GatewayDomain", "Logging"]),
        "GatewayConfiguration": system.union(["CYAML", "GatewayDomain"]),
        // 3 · planes: they see the domain, never an adapter.
        "GatewayAdmin": system.union([
            "Crypto", "Foundation", "GatewayDomain", "HTTPTypes", "Hummingbird", "Logging", "NIOCore",
        ]),
        "GatewaySimulator": system.union(["Foundation", "HTTPTypes", "Hummingbird", "Logging", "NIOCore"]),
        // 4 · composition sees everything.
        "sluice": system.union([
            "ArgumentParser", "AsyncHTTPClient", "Crypto", "Foundation", "GatewayAdmin", "GatewayConfiguration",
            "GatewayDomain", "GatewayFormats", "GatewayHTTP", "GatewayPipeline", "GatewayProxy", "GatewaySimulator",
            "GatewayStores", "GatewayTelemetry", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging", "NIOCore",
            "NIOHTTP1", "NIOPosix", "UnixSignals",
        ]),
    ]
}
