// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Testing

@testable import GatewayConfiguration

@Suite("The example file")
struct ExampleTests {
    private static func text() throws -> String {
        try String(contentsOf: repository.appending(path: "sluice.example.yaml"), encoding: .utf8)
    }

    private static let environment = [
        "SLUICE_ADMIN_KEY": "an-admin-key-of-random-characters-7f3d", "OPENAI_API_KEY": "an-openai-key",
        "ANTHROPIC_API_KEY": "an-anthropic-key",
        "DEMO_KEY": "sk-sluice-0123456789",
    ]

    @Test("loads without a warning once its variables are set")
    func loads() throws {
        let directory = try ScratchDirectory()
        try directory.writePEMFiles()
        let loaded = try load(Self.text(), environment: Self.environment, directory: directory.path)
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.configuration.providers.count == 3)
    }

    @Test("shows the defaults")
    func defaults() throws {
        let directory = try ScratchDirectory()
        try directory.writePEMFiles()
        let configuration = try load(Self.text(), environment: Self.environment, directory: directory.path)
            .configuration
        let standard = ServerConfiguration()
        #expect(configuration.server.data == standard.data)
        #expect(configuration.server.admin.address == standard.admin.address)
        #expect(configuration.server.health == standard.health)
        #expect(configuration.server.limits == standard.limits)
        #expect(configuration.server.graceTime == standard.graceTime)
        #expect(configuration.storage.sqlite.hasSuffix("/" + StorageConfiguration().sqlite))
        #expect(configuration.metering.onDisconnect == MeteringConfiguration().onDisconnect)
        let shown = configuration.providers[0]
        let bare = try load("providers: [{ name: openai, template: openai, api_key: a-key }]").configuration.providers[
            0]
        #expect(shown.origin == bare.origin)
        #expect(shown.deadlines == bare.deadlines)
        #expect(shown.maxConnections == bare.maxConnections)
        #expect(shown.asksForStreamUsage == bare.asksForStreamUsage)
    }

    @Test("has every field that the reader knows, in every kind of group")
    func complete() throws {
        let directory = try ScratchDirectory()
        try directory.writePEMFiles()
        let reading = Reading(
            file: "sluice.example.yaml", directory: directory.path, environment: Self.environment,
            recordsCoverage: true)
        _ = try ConfigurationLoader(environment: Self.environment).read(Array(Self.text().utf8), reading)
        let kinds: Set = [
            "", "server", "server.data", "server.tls", "server.admin", "server.health", "server.limits", "storage",
            "metering", "providers[]", "providers[].deadlines", "models[]", "models[].targets[]", "keys[]", "prices[]",
            "prices[].long_context",
        ]
        let coverage = try #require(reading.coverage)
        #expect(Set(coverage.keys) == kinds)
        for (kind, coverage) in coverage {
            #expect(coverage.asked.subtracting(coverage.present) == [], "missing in \(kind)")
        }
    }

    @Test("names every template, and so does the documentation")
    func templates() throws {
        let documentation = try String(contentsOf: repository.appending(path: "docs/configuration.md"), encoding: .utf8)
        let example = try Self.text()
        for template in ProviderTemplate.all {
            #expect(example.contains(template.name))
            #expect(documentation.contains("`\(template.name)`"))
            if let url = template.baseURL?.url { #expect(documentation.contains("`\(url)`")) }
        }
    }
}
