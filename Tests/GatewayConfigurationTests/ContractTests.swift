// SPDX-License-Identifier: Apache-2.0

import GatewayConfiguration
import GatewayDomain
import Testing

@Suite("The documented configuration")
struct ContractTests {
    private static let text = """
        server:
          lanes: 2                    # default: the processors this process may use
          data:   { address: "127.0.0.1:8080" }
          tls:    { address: "127.0.0.1:8443", certificate: cert.pem, private_key: key.pem }   # optional
          admin:  { address: "127.0.0.1:9090", key: "${SLUICE_ADMIN_KEY}" }
          health: { address: "127.0.0.1:9094" }
        storage: { sqlite: "sluice.db" }
        providers:
          - { name: openai, template: openai, base_url: "http://127.0.0.1:9000/v1", api_key: "${OPENAI_API_KEY}" }
          - { name: claude, template: anthropic, base_url: "http://127.0.0.1:9000", api_key: "${ANTHROPIC_API_KEY}" }
        models:
          - { name: gpt-4o-mini, targets: [ { provider: openai, model: gpt-4o-mini } ] }
          - { name: claude-sonnet, targets: [ { provider: claude, model: claude-sonnet-4-5 } ] }
        keys:
          - { name: demo, key: "${DEMO_KEY}", models: ["*"] }
        prices:                       # US dollars per million tokens; overrides the catalogue
          - { provider: openai, model: gpt-4o-mini, input: 0.15, output: 0.60, cached_input: 0.075 }
        """

    private static let environment = [
        "SLUICE_ADMIN_KEY": "admin-secret-of-random-characters-7f3d", "OPENAI_API_KEY": "sk-openai-real",
        "ANTHROPIC_API_KEY": "sk-ant-real", "DEMO_KEY": "sk-sluice-demo-0123456789",
    ]

    private func contract() throws -> (LoadedConfiguration, directory: String) {
        let directory = try ScratchDirectory()
        try directory.writePEMFiles()
        return (
            try load(Self.text, environment: Self.environment, directory: directory.path), directory.path
        )
    }

    @Test("its server section is read as written, with paths beside the file")
    func server() throws {
        let (loaded, directory) = try contract()
        let server = loaded.configuration.server
        #expect(loaded.warnings.isEmpty)
        #expect(server.lanes == 2)
        #expect(server.data == ListenAddress(host: "127.0.0.1", port: 8080))
        #expect(server.tls?.address == ListenAddress(host: "127.0.0.1", port: 8443))
        #expect(server.tls?.certificate == "\(directory)/cert.pem")
        #expect(server.tls?.privateKey == "\(directory)/key.pem")
        #expect(server.admin.key?.text == "admin-secret-of-random-characters-7f3d")
        #expect(server.health.port == 9094)
        #expect(server.limits == ServerLimits())
        #expect(loaded.configuration.storage.sqlite == "\(directory)/sluice.db")
        #expect(loaded.configuration.metering.onDisconnect == .cancel)
    }

    @Test("its providers are filled in from their templates")
    func providers() throws {
        let providers = try contract().0.configuration.providers
        #expect(providers.map(\.name) == ["openai", "claude"])
        #expect(providers.map(\.dialect) == [.openAI, .anthropic])
        #expect(providers.map(\.origin.url) == ["http://127.0.0.1:9000/v1", "http://127.0.0.1:9000"])
        #expect(providers[0].authentication.headerAndKey?.header == "authorization")
        #expect(providers[0].authentication.headerAndKey?.key == "sk-openai-real")
        #expect(providers[1].authentication.headerAndKey?.header == "x-api-key")
        #expect(providers[1].authentication.headerAndKey?.key == "sk-ant-real")
        #expect(providers[1].defaultHeaders.map(\.name) == ["anthropic-version"])
        #expect(providers[1].defaultHeaders.map(\.value) == ["2023-06-01"])
        #expect(providers[1].forwardedHeaders.contains("anthropic-beta"))
        #expect(providers.map(\.asksForStreamUsage) == [true, false])
    }

    @Test("its models, keys and prices are read as written")
    func modelsKeysPrices() throws {
        let configuration = try contract().0.configuration
        #expect(configuration.models.map(\.name.text) == ["gpt-4o-mini", "claude-sonnet"])
        #expect(configuration.models[1].targets == [.init(provider: "claude", model: "claude-sonnet-4-5")])
        #expect(configuration.keys.map(\.key.text) == ["sk-sluice-demo-0123456789"])
        #expect(configuration.keys[0].models.allows("anything"))
        let price = TokenPrices(input: 150_000, output: 600_000, cachedInput: 75_000)
        #expect(
            configuration.prices
                == [PriceEntry(provider: "openai", model: ModelPattern("gpt-4o-mini"), prices: price)])
        #expect(!configuration.catalogue.isEmpty)
    }

    @Test("the smallest useful file gets every default")
    func smallest() throws {
        let loaded = try load(
            """
            providers:
              - name: openai
                template: openai            # base URL, auth, usage locations come from the template
                api_key: ${OPENAI_API_KEY}
            models:
              - name: coding-default        # what clients ask for
                targets:
                  - { provider: openai, model: gpt-5-mini }
            """, environment: ["OPENAI_API_KEY": "sk-real"])
        let configuration = loaded.configuration
        #expect(configuration.providers[0].origin.url == "https://api.openai.com/v1")
        #expect(configuration.providers[0].deadlines == Deadlines())
        #expect(configuration.server.lanes == nil)
        #expect(configuration.server.data.port == 8080)
        #expect(configuration.server.tls == nil)
        #expect(configuration.server.admin.key == nil)
        #expect(configuration.storage.sqlite == "/nowhere/sluice.db")
    }

    @Test("every field reaches the configuration")
    func everyField() throws {
        let configuration = try load(
            """
            server:
              data: { address: ":0" }
              health: { address: "[::1]:0" }
              admin: { address: "localhost:0" }
              grace_time: 2m
              limits:
                { body: 1KiB, answer: 2MiB, header: 1024, header_fields: 7, connections: 8, header_time: 500ms,
                  body_idle: 2s, keep_alive: 1h, write_idle: 1m }
            metering: { on_disconnect: drain }
            providers:
              - name: Big Corp (EU)
                template: openai-compatible
                base_url: https://AI.example.com:8443/v1/
                headers: { X-Team: blue, openai-project: proj_1 }
                deadlines: { connect: 1s, first_byte: 2s, idle: 3s, total: 4s }
                max_connections: 9
                stream_usage: false
            models:
              - { name: "*", targets: [{ provider: Big Corp (EU) }] }
            keys:
              - { name: k, key: 0123456789abcdef, owner: Ada, models: [a, "b*"], expires_at: 1970-01-02T00:00:00Z,
                  disabled: true }
            """
        ).configuration
        let server = configuration.server
        #expect([server.data.host, server.health.host, server.admin.address.host] == ["0.0.0.0", "::1", "localhost"])
        #expect(server.graceTime == 120_000)
        #expect(
            server.limits
                == ServerLimits(
                    body: 1024, answer: 2 << 20, header: 1024, headerFields: 7, connections: 8, headerTime: 500,
                    bodyIdle: 2000, keepAlive: 3_600_000, writeIdle: 60_000))
        #expect(configuration.metering.onDisconnect == .drain)
        let provider = try #require(configuration.providers.first)
        #expect(provider.slug == "big-corp-eu")
        #expect(provider.origin == Origin(isTLS: true, host: "ai.example.com", port: 8443, basePath: "/v1"))
        #expect(provider.authentication.headerAndKey == nil)
        #expect(provider.defaultHeaders.map { "\($0.name)=\($0.value)" } == ["x-team=blue", "openai-project=proj_1"])
        #expect(provider.deadlines == Deadlines(connect: 1000, firstByte: 2000, idle: 3000, total: 4000))
        #expect(provider.maxConnections == 9)
        #expect(!provider.asksForStreamUsage)
        #expect(configuration.models[0].targets == [.init(provider: "Big Corp (EU)", model: nil)])
        let key = try #require(configuration.keys.first)
        #expect(key.owner == "Ada")
        #expect(key.models.patterns.map(\.text) == ["a", "b*"])
        #expect(key.expiresAt == Timestamp(microseconds: 86_400_000_000))
        #expect(key.disabled)
    }
}
