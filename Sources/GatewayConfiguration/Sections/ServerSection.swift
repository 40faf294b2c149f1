// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Reads `server:`: listeners and bounds.
enum ServerSection {
    static func read(_ scope: Scope) -> ServerConfiguration {
        var server = ServerConfiguration()
        var listeners = Listeners(reading: scope.reading)
        server.lanes =
            scope.value("lanes") { text throws(Flaw) in try Quantity.whole(text, in: 1...256) }.value?.value
        server.data = listeners.read("data", in: scope, default: server.data)
        server.tls = scope.group("tls") { tls($0, &listeners) } ?? nil
        server.admin = admin(scope, &listeners)
        server.health = listeners.read("health", in: scope, default: server.health)
        server.limits = scope.group("limits", LimitsSection.read) ?? server.limits
        server.graceTime = scope.duration("grace_time", in: 0...3_600_000, default: server.graceTime)
        listeners.refuseCollisions()
        return server
    }

    private static func tls(_ scope: Scope, _ listeners: inout Listeners) -> ServerConfiguration.TLS? {
        let address = listeners.address(scope)
        let certificate = pemFile("certificate", "-----BEGIN CERTIFICATE-----", scope)
        let key = pemFile("private_key", "PRIVATE KEY-----", scope)
        if case .absent = address {
            scope.missing("address", why: "HTTPS has no port of its own choice", fix: "add `address: \":8443\"`")
        }
        guard let address = address.value, let certificate, let key else { return nil }
        return ServerConfiguration.TLS(address: address.value, certificate: certificate, privateKey: key)
    }

    private static func pemFile(_ name: String, _ mark: String, _ scope: Scope) -> String? {
        guard let text = scope.label(name, why: "HTTPS needs both files", fix: "add the path of a PEM file") else {
            return nil
        }
        let path = scope.reading.resolve(text.value)
        do throws(Flaw) {
            let bytes = try scope.reading.contents(of: text.value, limit: 1 << 20)
            guard String(decoding: bytes, as: UTF8.self).contains(mark) else {
                throw Flaw(why: "the file holds no such PEM block", fix: "give a file that contains `\(mark)`")
            }
            return path
        } catch {
            scope.reading.report(text.place, "`\(scope.path(name))` cannot be used", error.why, error.fix)
            return nil
        }
    }

    private static func admin(_ scope: Scope, _ listeners: inout Listeners) -> ServerConfiguration.Admin {
        let standard = ServerConfiguration().admin
        var key: Found<Placed<String>> = .absent
        let address = listeners.read("admin", in: scope, default: standard.address) { key = $0.secret("key") }
        let path = scope.path("admin.key")
        switch key {
        case .absent where !address.isLoopback:
            scope.reading.report(
                scope.place(of: "admin"), "`\(path)` is missing",
                "the admin API would be open to everybody who reaches its address",
                "add `key: \"${SLUICE_ADMIN_KEY}\"`, or listen on 127.0.0.1")
        case .absent, .broken: break
        case .value(let key): AdminKey.check(key, at: path, isExposed: !address.isLoopback, scope.reading)
        }
        return ServerConfiguration.Admin(address: address, key: key.value.map { Secret($0.value) })
    }
}

/// The addresses to listen on, gathered so that two on one port are noticed.
private struct Listeners {
    let reading: Reading
    private var found: [(path: String, address: Placed<ListenAddress>)] = []

    init(reading: Reading) { self.reading = reading }

    /// The `address` of the group `name`, and whatever else `more` reads there.
    mutating func read(
        _ name: String, in scope: Scope, default standard: ListenAddress, more: (Scope) -> Void = { _ in }
    ) -> ListenAddress {
        let own = scope.group(name) { group in
            let found = address(group).value
            more(group)
            return found
        }
        if let own, let own { return own.value }
        found.append((scope.path(name), Placed(value: standard, place: scope.place(of: name))))
        return standard
    }

    mutating func address(_ scope: Scope) -> Found<Placed<ListenAddress>> {
        let address = scope.value("address", ListenAddress.parse)
        if let address = address.value { found.append((scope.label, address)) }
        return address
    }

    func refuseCollisions() {
        for (index, later) in found.enumerated() {
            guard let earlier = found[..<index].first(where: { $0.address.value.collides(with: later.address.value) })
            else { continue }
            reading.report(
                later.address.place, "`\(later.path)` and `\(earlier.path)` listen on one address",
                "both want port \(later.address.value.port)", "give one of them another port")
        }
    }
}

/// Reads `server.limits:`.
enum LimitsSection {
    private static let time = 1...86_400_000
    private static let bytes = 1...(16 << 30)

    static func read(_ scope: Scope) -> ServerLimits {
        let standard = ServerLimits()
        return ServerLimits(
            body: scope.size("body", in: bytes, default: standard.body),
            answer: scope.size("answer", in: bytes, default: standard.answer),
            header: scope.size("header", in: 256...(1 << 20), default: standard.header),
            headerFields: scope.whole("header_fields", in: 1...10_000, default: standard.headerFields),
            connections: scope.whole("connections", in: 1...10_000_000, default: standard.connections),
            headerTime: scope.duration("header_time", in: time, default: standard.headerTime),
            bodyIdle: scope.duration("body_idle", in: time, default: standard.bodyIdle),
            keepAlive: scope.duration("keep_alive", in: time, default: standard.keepAlive),
            writeIdle: scope.duration("write_idle", in: time, default: standard.writeIdle))
    }
}
