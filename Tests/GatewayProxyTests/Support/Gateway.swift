// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import GatewayProxy
import NIOCore
import NIOPosix
import Testing

/// A data plane that listens on a free port, with books in memory.
final class Gateway: Sendable {
    /// What a test may set.
    struct Settings {
        var lanes = 1
        var limits = ServerLimits()
        var deadlines = Deadlines(connect: 5_000, firstByte: 10_000, idle: 10_000, total: 20_000)
        var maxConnections = 1024
        var onDisconnect = MeteringConfiguration.OnDisconnect.cancel
        var tls: ServerConfiguration.TLS?
        /// The provider's scheme and host.
        var isProviderTLS = false
        var providerHost = "127.0.0.1"
        var certificateAuthorities: String?
        var proxy: ForwardProxy?
    }

    let port: Int
    let tlsPort: Int?
    let books = Books()
    let plane: DataPlane
    private let drains = Counter()
    private let group: MultiThreadedEventLoopGroup

    /// `provider` is the port where the model `gpt` is served; `spare`, where it is served else.
    init(provider: Int, spare: Int? = nil, _ settings: Settings) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: settings.lanes)
        let loops = Array(group.makeIterator())
        let books = books
        let connector = try UpstreamConnector(
            certificateAuthorities: settings.certificateAuthorities, proxy: settings.proxy)
        let parts = LaneParts(
            hasher: NotingHasher(books: books), ledger: { LaneBooks(books, loops[$0]) },
            observer: { LaneBooks(books, loops[$0]) }, connector: connector)
        let snapshot = Snapshot(Self.configuration(provider, spare, settings), revision: 1)
        let plane = DataPlane(
            loops: loops, parts: parts, state: LaneState(compiled: Compiled(snapshot), keys: Self.keys),
            limits: settings.limits)
        let plain = try Self.sockets(settings.lanes)
        port = plain[0].port
        if let tls = settings.tls {
            let secure = try Self.sockets(settings.lanes)
            tlsPort = secure[0].port
            plane.use(try ServerTLS(tls))
            try await plane.listen(on: plain, secure: secure)
        } else {
            tlsPort = nil
            try await plane.listen(on: plain)
        }
        self.group = group
        self.plane = plane
    }

    private static func sockets(_ count: Int) throws -> [ListeningSocket] {
        var address = ListenAddress(host: "127.0.0.1", port: 0)
        return try (0..<count).map { _ in
            let socket = try ListeningSocket(binding: address, isShared: true)
            address.port = socket.port
            return socket
        }
    }

    private static func configuration(_ provider: Int, _ spare: Int?, _ settings: Settings) -> Configuration {
        func make(_ name: String, _ port: Int) -> Provider {
            Provider(
                name: name, slug: name, template: "openai", dialect: .openAI,
                origin: Origin(isTLS: settings.isProviderTLS, host: settings.providerHost, port: port, basePath: "/v1"),
                authentication: .bearer(Secret("provider-secret")), deadlines: settings.deadlines,
                maxConnections: settings.maxConnections)
        }
        var providers = [make("primary", provider)]
        if let spare { providers.append(make("spare", spare)) }
        let targets = providers.map { ModelConfiguration.Target(provider: $0.name, model: nil) }
        return Configuration(
            metering: MeteringConfiguration(onDisconnect: settings.onDisconnect), providers: providers,
            models: [ModelConfiguration(name: ModelPattern("gpt"), targets: targets)])
    }

    var keys: KeyDirectory { Self.keys }

    private static var keys: KeyDirectory {
        var bytes = Array(Calls.key.utf8)
        let digest = bytes.withUnsafeMutableBytes { NotingHasher.digest(UnsafeRawBufferPointer($0)) }
        let key = VirtualKey(
            id: "key_test", name: "test", prefix: "sk-sluice-", createdAt: Timestamp(microseconds: 0), origin: .file)
        return KeyDirectory([StoredKey(digest: digest, key: key)])
    }

    /// How many clients are connected, as last counted.
    var clientCount: Int { plane.count.clients }

    func connect(receiveBuffer: Int32? = nil) throws -> Wire { try Wire.connect(port, receiveBuffer: receiveBuffer) }

    /// Waits for what other threads are about to do; false after ten seconds.
    func eventually(_ condition: () -> Bool) async -> Bool {
        for _ in 0..<1000 {
            if condition() { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return condition()
    }

    /// The row of the only call, once it is written.
    func row() async throws -> Settlement {
        #expect(await eventually { books.rows.count == 1 && books.openCount == 0 }, "\(books.rows)")
        return try #require(books.rows.first)
    }

    func drain(milliseconds: Int, _ leaving: Leaving = .stopping) async {
        drains.add()
        await plane.drain(milliseconds: milliseconds, leaving)
    }

    func stop() async {
        await drain(milliseconds: 0)
        try? await group.shutdownGracefully()
    }

    /// Runs `body` with a gateway in front of a provider that follows `script`, then takes both down.
    static func with(
        _ settings: (inout Settings) -> Void = { _ in },
        provider script: @escaping @Sendable (ScriptedProvider.Connection) throws -> Void,
        _ body: (Gateway, ScriptedProvider) async throws -> Void
    ) async throws {
        var chosen = Settings()
        settings(&chosen)
        let provider = try ScriptedProvider(script)
        let gateway = try await Gateway(provider: provider.port, chosen)
        do {
            try await body(gateway, provider)
        } catch {
            provider.stop()
            await gateway.stop()
            throw error
        }
        provider.stop()
        // Without a provider no call can go on. A lane that is closed counts no more.
        if gateway.drains.value == 0 {
            #expect(await gateway.eventually { gateway.plane.count.calls == 0 }, "a call was left running")
        }
        await gateway.stop()
        #expect(gateway.books.openCount == 0, "a reservation was left open")
        #expect(gateway.books.visitsOffLoop == 0, "the pipeline left its loop")
    }
}

/// Every test here has real sockets and threads; one at a time keeps each from slowing another into its deadlines.
@Suite("Data plane", .serialized)
enum DataPlaneTests {}
