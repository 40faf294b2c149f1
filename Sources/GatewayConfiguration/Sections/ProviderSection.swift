// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Reads `providers:`. What an entry leaves out comes from its template.
struct ProviderSection {
    let reading: Reading
    let templates: [ProviderTemplate]
    private(set) var names = UniqueNames("provider")
    private let adminKey: Secret?
    private var slugs: [String: Text] = [:]

    init(reading: Reading, templates: [ProviderTemplate], adminKey: Secret?) {
        self.reading = reading
        self.templates = templates
        self.adminKey = adminKey
    }

    mutating func read(_ root: Scope) -> [Provider] {
        root.items("providers") { provider($0) }
    }

    private mutating func provider(_ scope: Scope) -> Provider? {
        let name = scope.name(
            why: "targets and prices name their provider by it", fix: "add a `name` of your choice")
        let slug = name.flatMap { admit($0) }
        let template = template(scope)
        let baseURL = scope.value("base_url", isSecret: true, Origin.parse)
        let key = scope.secret("api_key")
        let headers = ProviderHeaders(scope: scope).read()
        let deadlines = scope.group("deadlines", Self.deadlines) ?? Deadlines()
        let connections = scope.whole("max_connections", in: 1...65_536, default: 1024)
        let asksForUsage = scope.value("stream_usage", Quantity.flag).value?.value
        guard let name, let slug, let template, let origin = origin(baseURL, template, scope),
            let authentication = authentication(key, template, scope)
        else { return nil }
        return Provider(
            name: name.value, slug: slug, template: template.name, dialect: template.dialect, origin: origin,
            authentication: authentication, defaultHeaders: headers.merged(into: template.defaultHeaders),
            forwardedHeaders: template.forwardedHeaders, deadlines: deadlines, maxConnections: connections,
            asksForStreamUsage: asksForUsage ?? template.asksForStreamUsage)
    }

    /// The slug of a provider whose name and slug are new.
    private mutating func admit(_ name: Text) -> String? {
        guard names.admit(name, reading) else { return nil }
        let slug = ProviderSlug.make(name.value)
        if slug.isEmpty {
            reading.report(
                name.place, "the provider name \(name.quoted) has no letter or digit",
                "its path `/llm/call/…` is made from those", "use some ASCII letters or digits in it")
            return nil
        }
        if let other = slugs[slug] {
            reading.report(
                name.place, "the providers \(other.quoted) and \(name.quoted) have the same path",
                "both would be served under `/llm/call/\(name.shown == nil ? "…" : ProviderSlug.make(name.shown ?? ""))/`",
                "rename one so that letters or digits differ")
            return nil
        }
        slugs[slug] = name
        return slug
    }

    private func template(_ scope: Scope) -> ProviderTemplate? {
        guard
            let text = scope.label(
                "template", why: "it says how the provider is spoken to",
                fix: "add `template:` with one of \(templateList)")
        else { return nil }
        if let template = templates.first(where: { $0.name == text.value }) { return template }
        reading.report(
            text.place, "`\(scope.path("template"))` names \(text.quoted)", "there is no template of that name",
            NearestName.find(text.value, among: templates.map(\.name)).map { "did you mean `\($0)`?" }
                ?? "use one of \(templateList); `openai-compatible` fits most other servers")
        return nil
    }

    private var templateList: String { templates.map { "`\($0.name)`" }.joined(separator: ", ") }

    private func origin(_ url: Found<Placed<Origin>>, _ template: ProviderTemplate, _ scope: Scope) -> Origin? {
        switch url {
        case .broken: return nil
        case .absent:
            if template.baseURL == nil {
                scope.missing(
                    "base_url", why: "the template `\(template.name)` does not know where your server is",
                    fix: "add its URL, such as `http://127.0.0.1:8000/v1`")
            }
            return template.baseURL
        case .value(let origin):
            let address = ListenAddress(host: origin.value.host, port: origin.value.port)
            if !origin.value.isTLS, !address.isLoopback {
                reading.warn(
                    origin.place, "`\(scope.path("base_url"))` is plain http",
                    "keys and prompts cross the network unencrypted", "use https unless the network is trusted")
            }
            return origin.value
        }
    }

    private func authentication(
        _ key: Found<Placed<String>>, _ template: ProviderTemplate, _ scope: Scope
    ) -> Authentication? {
        switch key {
        case .broken: return nil
        case .value(let key):
            if adminKey?.matches(Secret(key.value)) == true {
                reading.report(
                    key.place, "`\(scope.path("api_key"))` is the same key as `server.admin.key`",
                    "the provider would be sent the admin key with every call", "give the admin API a key of its own")
                return nil
            }
            switch template.credential {
            case .bearer: return .bearer(Secret(key.value))
            case .header(let name): return .header(name: name, Secret(key.value))
            }
        case .absent:
            guard template.requiresKey else { return Authentication.none }
            scope.missing(
                "api_key", why: "the template `\(template.name)` needs one",
                fix: "add `api_key: ${\(template.keyVariable ?? "NAME")}` and set that variable")
            return nil
        }
    }

    private static func deadlines(_ scope: Scope) -> Deadlines {
        let range = 1...86_400_000
        let standard = Deadlines()
        return Deadlines(
            connect: scope.duration("connect", in: range, default: standard.connect),
            firstByte: scope.duration("first_byte", in: range, default: standard.firstByte),
            idle: scope.duration("idle", in: range, default: standard.idle),
            total: scope.duration("total", in: range, default: standard.total))
    }
}

/// The name of a provider in paths.
enum ProviderSlug {
    /// Lower-case ASCII letters and digits, with each run of anything else between them as one `-`.
    static func make(_ name: String) -> String {
        let words = name.utf8.split { byte in
            !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return words.map { String(decoding: $0, as: UTF8.self).lowercased() }.joined(separator: "-")
    }
}
