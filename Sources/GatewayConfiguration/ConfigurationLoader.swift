// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// A configuration that may run, and what its author should still look at.
package struct LoadedConfiguration: Sendable {
    package var configuration: Configuration
    /// In the order of the file's lines.
    package var warnings: [ConfigurationProblem]
}

/// Reads and validates a configuration file: all of it or nothing, and every problem at once.
package struct ConfigurationLoader: Sendable {
    /// A hundred thousand keys and fifty thousand models take 15 MiB; a mistaken path may lead to a file of any size.
    private static let sizeLimit = 32 << 20

    private let environment: [String: String]

    /// A loader that takes `${NAME}` and overrides from `environment`.
    package init(environment: [String: String]) {
        self.environment = environment
    }

    /// Reads the file at `path`. Relative paths in it start at its directory.
    package func load(path: String) throws(ConfigurationErrors) -> LoadedConfiguration {
        let bytes: [UInt8]
        do throws(Flaw) {
            bytes = try RegularFile.read(path, limit: Self.sizeLimit)
        } catch {
            throw Self.failure(path, nil, "the configuration cannot be read", error.why, error.fix)
        }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Self.notUTF8(path, bytes) }
        return try load(bytes, name: path, directory: Self.directory(of: path))
    }

    /// Reads `text`, which messages call `name`. Relative paths in it start at `directory`.
    package func load(text: String, name: String, directory: String) throws(ConfigurationErrors) -> LoadedConfiguration
    {
        try load(Array(text.utf8), name: name, directory: directory)
    }

    private func load(
        _ text: [UInt8], name: String, directory: String
    ) throws(ConfigurationErrors) -> LoadedConfiguration {
        let reading = Reading(file: name, directory: directory, environment: environment)
        let configuration = try read(text, reading)
        reading.report(reading.overrides.problems())
        guard reading.problems.isEmpty else { throw ConfigurationErrors(reading.problems.all) }
        return LoadedConfiguration(configuration: configuration, warnings: reading.warnings.all)
    }

    /// Fills `reading` with what is wrong; the result is only to be used when nothing is.
    func read(_ text: [UInt8], _ reading: Reading) throws(ConfigurationErrors) -> Configuration {
        guard let root = try DocumentParser(file: reading.file).parse(text) else {
            throw Self.failure(
                reading.file, 1, "the configuration is empty", "a gateway needs at least a provider",
                "start from sluice.example.yaml")
        }
        let scope = Scope(reading: reading, root: root)
        let configuration = Self.sections(scope)
        scope.finish()
        return configuration
    }

    private static func sections(_ root: Scope) -> Configuration {
        let reading = root.reading
        var configuration = Configuration()
        configuration.server = root.group("server", ServerSection.read) ?? ServerConfiguration()
        configuration.storage = root.group("storage", StorageSection.read) ?? StorageSection.standard(reading)
        configuration.metering = root.group("metering", MeteringSection.read) ?? MeteringConfiguration()
        let adminKey = configuration.server.admin.key
        var providers = ProviderSection(
            reading: reading, templates: builtIn(ProviderTemplate.loaded, reading), adminKey: adminKey)
        configuration.providers = providers.read(root)
        var models = ModelSection(reading: reading, providers: providers.names)
        configuration.models = models.read(root)
        var keys = KeySection(reading: reading, models: configuration.models, adminKey: adminKey)
        configuration.keys = keys.read(root)
        var prices = PriceSection(reading: reading, providers: providers.names)
        configuration.prices = prices.read(root)
        configuration.catalogue = builtIn(PriceCatalogue.loaded, reading)
        return configuration
    }

    private static func builtIn<T>(_ loaded: Result<[T], ConfigurationErrors>, _ reading: Reading) -> [T] {
        switch loaded {
        case .success(let entries): return entries
        case .failure(let errors):
            reading.report(errors.problems)
            return []
        }
    }
}

extension ConfigurationLoader {
    private static func failure(
        _ file: String, _ line: Int?, _ what: String, _ why: String, _ fix: String
    ) -> ConfigurationErrors {
        ConfigurationErrors([ConfigurationProblem(file: file, line: line, what: what, why: why, fix: fix)])
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
    }

    private static func notUTF8(_ path: String, _ bytes: [UInt8]) -> ConfigurationErrors {
        let isUTF16 = bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff])
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        return failure(
            path, line + 1, "the file is not UTF-8 text",
            isUTF16 ? "it starts like UTF-16" : "a byte here belongs to no character", "save it as UTF-8")
    }
}
