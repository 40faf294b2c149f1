// SPDX-License-Identifier: Apache-2.0

/// A whole configuration, read and validated: what the file says, with defaults filled in and secrets resolved.
package struct Configuration: Sendable {
    package var server: ServerConfiguration
    package var storage: StorageConfiguration
    package var metering: MeteringConfiguration
    package var providers: [Provider]
    package var models: [ModelConfiguration]
    package var keys: [KeyConfiguration]
    /// The operator's prices, which override the catalogue's.
    package var prices: [PriceEntry]
    /// The built-in catalogue.
    package var catalogue: [PriceEntry]

    package init(
        server: ServerConfiguration = ServerConfiguration(), storage: StorageConfiguration = StorageConfiguration(),
        metering: MeteringConfiguration = MeteringConfiguration(), providers: [Provider] = [],
        models: [ModelConfiguration] = [], keys: [KeyConfiguration] = [], prices: [PriceEntry] = [],
        catalogue: [PriceEntry] = []
    ) {
        self.server = server
        self.storage = storage
        self.metering = metering
        self.providers = providers
        self.models = models
        self.keys = keys
        self.prices = prices
        self.catalogue = catalogue
    }
}

/// A `host:port` to listen on.
package struct ListenAddress: Sendable, Hashable {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Whether only this machine can reach it: 127.0.0.0/8, `::1` or `localhost`.
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
    }
}

/// The `server:` section: listeners and bounds. Read at start; a change needs a restart.
package struct ServerConfiguration: Sendable {
    /// The HTTPS listener.
    package struct TLS: Sendable {
        package var address: ListenAddress
        /// Paths of PEM files: the certificate chain and its key.
        package var certificate: String
        package var privateKey: String

        package init(address: ListenAddress, certificate: String, privateKey: String) {
            self.address = address
            self.certificate = certificate
            self.privateKey = privateKey
        }
    }

    /// The admin API.
    package struct Admin: Sendable {
        package var address: ListenAddress
        /// Required on an address that is not loopback.
        package var key: Secret?

        package init(address: ListenAddress, key: Secret?) {
            self.address = address
            self.key = key
        }
    }

    /// Event loops, one thread each; nil means as many as this process may use.
    package var lanes: Int?
    package var data: ListenAddress
    package var tls: TLS?
    package var admin: Admin
    package var health: ListenAddress
    package var limits: ServerLimits
    /// How long SIGTERM waits for calls in flight, in milliseconds.
    package var graceTime: Int

    package init(
        lanes: Int? = nil, data: ListenAddress = ListenAddress(host: "127.0.0.1", port: 8080), tls: TLS? = nil,
        admin: Admin = Admin(address: ListenAddress(host: "127.0.0.1", port: 9090), key: nil),
        health: ListenAddress = ListenAddress(host: "127.0.0.1", port: 9094), limits: ServerLimits = ServerLimits(),
        graceTime: Int = 30_000
    ) {
        self.lanes = lanes
        self.data = data
        self.tls = tls
        self.admin = admin
        self.health = health
        self.limits = limits
        self.graceTime = graceTime
    }
}

/// The bounds of the data plane. None is infinite.
package struct ServerLimits: Sendable, Hashable {
    /// Bytes of one request body.
    package var body: Int
    /// Bytes of one non-streamed provider answer.
    package var answer: Int
    /// Bytes of one request head.
    package var header: Int
    /// Header fields of one request.
    package var headerFields: Int
    /// Client connections, over all lanes.
    package var connections: Int
    /// Milliseconds a client may take to send a request head.
    package var headerTime: Int
    /// Milliseconds in which a client must send some more of a body.
    package var bodyIdle: Int
    /// Milliseconds a client connection may stay open without a request.
    package var keepAlive: Int
    /// Milliseconds a client may take without reading anything of an answer.
    package var writeIdle: Int

    package init(
        body: Int = 32 << 20, answer: Int = 64 << 20, header: Int = 64 << 10, headerFields: Int = 100,
        connections: Int = 16_384, headerTime: Int = 10_000, bodyIdle: Int = 30_000, keepAlive: Int = 120_000,
        writeIdle: Int = 60_000
    ) {
        self.body = body
        self.answer = answer
        self.header = header
        self.headerFields = headerFields
        self.connections = connections
        self.headerTime = headerTime
        self.bodyIdle = bodyIdle
        self.keepAlive = keepAlive
        self.writeIdle = writeIdle
    }
}

/// The `storage:` section.
package struct StorageConfiguration: Sendable {
    /// Path of the SQLite database. Its journal directory and hashing secret stand beside it.
    package var sqlite: String

    package init(sqlite: String = "sluice.db") {
        self.sqlite = sqlite
    }
}

/// The `metering:` section.
package struct MeteringConfiguration: Sendable {
    /// What happens to the provider's stream when the client goes away.
    package enum OnDisconnect: String, Sendable, CaseIterable {
        /// It is cancelled; what was delivered is billed, estimated.
        case cancel
        /// It is read to its end, so that the bill is the provider's own.
        case drain
    }

    package var onDisconnect: OnDisconnect

    package init(onDisconnect: OnDisconnect = .cancel) {
        self.onDisconnect = onDisconnect
    }
}

/// A model as callers know it.
package struct ModelConfiguration: Sendable {
    /// One place where the model is served.
    package struct Target: Sendable, Hashable {
        /// Name of a configured provider.
        package var provider: String
        /// The provider's name for the model; nil sends the name as the client gave it.
        package var model: String?

        package init(provider: String, model: String?) {
            self.provider = provider
            self.model = model
        }
    }

    /// A name or glob; the most specific that matches a request wins.
    package var name: ModelPattern
    /// Where it is served, in order of preference.
    package var targets: [Target]

    package init(name: ModelPattern, targets: [Target]) {
        self.name = name
        self.targets = targets
    }
}

/// A key declared in the file.
package struct KeyConfiguration: Sendable {
    package var name: String
    package var key: Secret
    package var owner: String?
    package var models: ModelPatterns
    package var expiresAt: Timestamp?
    package var disabled: Bool

    package init(
        name: String, key: Secret, owner: String? = nil, models: ModelPatterns = .all, expiresAt: Timestamp? = nil,
        disabled: Bool = false
    ) {
        self.name = name
        self.key = key
        self.owner = owner
        self.models = models
        self.expiresAt = expiresAt
        self.disabled = disabled
    }
}
