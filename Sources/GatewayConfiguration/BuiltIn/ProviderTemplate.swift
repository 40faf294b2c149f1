// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// What is known about a vendor: the data behind `template:` in a provider's entry (`Resources/templates.yaml`).
package struct ProviderTemplate: Sendable {
    /// How the vendor wants its key.
    package enum Credential: Sendable, Equatable {
        /// `Authorization: Bearer <key>`.
        case bearer
        /// A header of the vendor's own.
        case header(String)
    }

    package var name: String
    package var dialect: Dialect
    /// Nil where every installation has its own, so that the entry must give it.
    package var baseURL: Origin?
    package var credential: Credential
    package var requiresKey: Bool
    /// The environment variable that usually holds the key.
    package var keyVariable: String?
    package var defaultHeaders: [(name: String, value: String)]
    package var forwardedHeaders: Set<String>
    package var asksForStreamUsage: Bool

    /// Every template, in the order of the file. Empty only if the built-in file is damaged, which loading then reports.
    package static var all: [ProviderTemplate] { (try? loaded.get()) ?? [] }

    static let loaded = Result<[ProviderTemplate], ConfigurationErrors> { () throws(ConfigurationErrors) in
        try parse(String(decoding: PackageResources.templates_yaml, as: UTF8.self))
    }
}

extension ProviderTemplate {
    static func parse(_ text: String) throws(ConfigurationErrors) -> [ProviderTemplate] {
        try BuiltInFile(name: "templates.yaml").read(text) { root in
            var names = UniqueNames("template")
            return root.items("templates") { scope in template(scope, &names) }
        }
    }

    private static func template(_ scope: Scope, _ names: inout UniqueNames) -> ProviderTemplate? {
        let name = scope.name(why: "entries name it", fix: "add it")
        let dialect = scope.value("dialect") { text throws(Flaw) in try Quantity.choice(text, of: Dialect.self) }
        let keyHeader = scope.label("key_header")?.value
        let template = ProviderTemplate(
            name: name?.value ?? "", dialect: dialect.value?.value ?? .openAI,
            baseURL: scope.value("base_url", Origin.parse).value?.value,
            credential: keyHeader.map(Credential.header) ?? .bearer,
            requiresKey: scope.flag("requires_key", default: true),
            keyVariable: scope.label("key_variable")?.value,
            defaultHeaders: scope.freeTexts("default_headers").map { ($0.name.lowercased(), $0.value.value) },
            forwardedHeaders: Set((scope.texts("forwarded_headers").value ?? []).map { $0.value.lowercased() }),
            asksForStreamUsage: scope.flag("asks_for_stream_usage", default: true))
        guard let name, names.admit(name, scope.reading) else { return nil }
        return template
    }
}

/// Reads one of the files built into the program with the reader of the operator's file.
struct BuiltInFile {
    let name: String

    func read<T>(_ text: String, _ body: (Scope) -> T) throws(ConfigurationErrors) -> T {
        let file = "built-in \(name)"
        let reading = Reading(file: file, directory: "", environment: [:])
        guard let root = try DocumentParser(file: file).parse(Array(text.utf8)) else {
            throw ConfigurationErrors([
                ConfigurationProblem(file: file, what: "it is empty", why: "the build is damaged", fix: "build again")
            ])
        }
        let scope = Scope(reading: reading, root: root)
        let result = body(scope)
        scope.finish()
        guard reading.problems.isEmpty else { throw ConfigurationErrors(reading.problems.all) }
        return result
    }
}
