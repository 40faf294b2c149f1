// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin
import GatewayDomain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization

/// Everything around one admin API: fakes for its ports, a clock that stands still until moved, secrets with `canary` in
/// them that no answer may hold.
final class World: Sendable {
    static let adminKey = "admin-canary-7f3d"
    static let fileKey = "sk-sluice-file-canary"

    let store = MemoryKeyStore()
    let gateway: TestGateway
    let reports: TestReports
    private let clock = Mutex(Timestamp(microseconds: 1_795_000_000_000_000))

    init(configuration: Configuration = .sample, reports: TestReports = TestReports(rows: [.sample])) {
        var key = Self.fileKey
        let digest = key.withUTF8 { TestHasher().digest(of: UnsafeRawBufferPointer($0)) }
        let file = VirtualKey(
            id: "key_file", name: "from file", prefix: "sk-sluice-file", createdAt: Timestamp(microseconds: 0),
            origin: .file)
        gateway = TestGateway(configuration, fileKeys: [StoredKey(digest: digest, key: file)])
        self.reports = reports
    }

    var now: Timestamp { clock.withLock { $0 } }

    func pass(seconds: Int64) { clock.withLock { $0.microseconds += seconds * 1_000_000 } }

    func dependencies(adminKey: String? = World.adminKey) -> AdminDependencies {
        AdminDependencies(
            keys: store, hasher: TestHasher(), reports: reports, gateway: gateway, adminKey: adminKey.map(Secret.init),
            version: "9.8.7", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { self.now })
    }

    func application(adminKey: String? = World.adminKey) -> some ApplicationProtocol {
        Application(
            router: AdminAPI.router(dependencies(adminKey: adminKey)),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs `body` with a client that holds the admin key.
    func withAdmin<Result>(_ body: @Sendable (Caller) async throws -> Result) async throws -> Result {
        try await application().test(.router) { try await body(Caller(client: $0, token: World.adminKey)) }
    }
}

/// Sends requests with one credential.
struct Caller: Sendable {
    let client: any TestClientProtocol
    var token: String?

    func send(
        _ method: HTTPRequest.Method, _ uri: String, _ body: String? = nil, headers: HTTPFields = [:]
    ) async throws -> Answer {
        var fields = headers
        if let token, fields[.authorization] == nil { fields[.authorization] = "Bearer \(token)" }
        if body != nil, fields[.contentType] == nil { fields[.contentType] = "application/json" }
        let response = try await client.executeRequest(
            uri: uri, method: method, headers: fields, body: body.map { ByteBuffer(string: $0) })
        return Answer(status: response.status.code, headers: response.headers, text: String(buffer: response.body))
    }

    func get(_ uri: String) async throws -> Answer { try await send(.get, uri) }

    /// Makes a key and gives its answer.
    func create(_ body: String = #"{"name":"demo"}"#) async throws -> Answer { try await send(.post, "/v1/keys", body) }
}

struct Answer: Sendable {
    var status: Int
    var headers: HTTPFields
    var text: String

    var json: JSONValue { (try? JSONValue(parsing: Array(text.utf8))) ?? .null }

    /// A string member of the answer.
    subscript(name: String) -> String? {
        guard case .string(let text) = json[name] else { return nil }
        return text
    }

    /// The elements of an array member.
    func list(_ name: String) -> [JSONValue] {
        guard case .array(let elements) = json[name] else { return [] }
        return elements
    }
}

extension JSONValue {
    var text: String? { if case .string(let text) = self { text } else { nil } }
}
