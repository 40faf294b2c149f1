// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import GatewayAdmin
import GatewayDomain
import NIOCore
import NIOHTTP1
import NIOPosix

/// Talks to the admin API.
struct AdminClient {
    /// The largest answer read: a thousand ledger rows are about 700 KB.
    private static let largestAnswer = 32 << 20
    private static let patience = TimeAmount.seconds(30)

    private let http: HTTPClient
    private let address: String
    private let key: Secret?

    /// Lends a client to `body` and closes its connections afterwards.
    static func with(_ options: AdminOptions, _ body: (AdminClient) async throws -> Void) async throws {
        let origin = try options.origin()
        let key = try options.adminKey()
        if key != nil, !origin.isTLS, !ListenAddress(host: origin.host, port: origin.port).isLoopback {
            Terminal.complain(
                "sluice: warning: \(origin.url) is plain http; the admin key crosses the network unencrypted")
        }
        // No redirect is followed: the admin key goes nowhere but to the address that was given.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        try await HTTPClient.withHTTPClient(configuration: configuration) { http in
            try await body(AdminClient(http: http, address: origin.url, key: key))
        }
    }

    func get(_ path: String, query: [(String, String?)] = []) async throws -> Data {
        let given = query.compactMap { name, value in value.map { "\(name)=\(Self.encoded($0))" } }
        return try await send(.GET, given.isEmpty ? path : "\(path)?\(given.joined(separator: "&"))")
    }

    func post(_ path: String, _ body: JSONValue? = nil) async throws -> Data { try await send(.POST, path, body) }

    func patch(_ path: String, _ body: JSONValue) async throws -> Data { try await send(.PATCH, path, body) }

    func delete(_ path: String) async throws { _ = try await send(.DELETE, path) }

    private func send(_ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil) async throws -> Data {
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        request.headers.add(name: "accept", value: "application/json")
        key?.withBytes { bytes in
            request.headers.add(name: "authorization", value: "Bearer \(String(decoding: bytes, as: UTF8.self))")
        }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(body.encoded)
        }
        let (status, answer) = try await answer(to: request)
        guard (200..<300).contains(status) else { throw Self.refusal(status, answer, from: address) }
        return answer
    }

    private func answer(to request: HTTPClientRequest) async throws -> (status: Int, body: Data) {
        do {
            let response = try await http.execute(request, timeout: Self.patience)
            let body = try await response.body.collect(upTo: Self.largestAnswer)
            return (Int(response.status.code), Data(body.readableBytesView))
        } catch {
            throw AdminFailure(
                "cannot reach the admin API at \(address): \(Self.reason(error)); is the gateway running? (--url …)")
        }
    }

    private static func refusal(_ status: Int, _ answer: Data, from address: String) -> AdminFailure {
        guard let problem = try? Report.decode(Report.Problem.self, from: answer) else {
            return AdminFailure("\(address) answered \(status), which is not the admin API's; check --url")
        }
        return AdminFailure(problem, status: status, from: address)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "the name \(error.host) has no address"
        case let error as IOError:
            String(cString: strerror(error.errnoCode)).lowercased()
        case let error as HTTPClientError:
            reason(error)
        default:
            handshakeReason("\(error)") ?? "\(error)"
        }
    }

    /// What a failed TLS handshake comes to; nil for other errors. The error's own words are a library's inside.
    private static func handshakeReason(_ error: String) -> String? {
        if error.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate is not one that this machine trusts" }
        if error.contains("handshakeFailed") { return "it does not answer in TLS as https has it" }
        return nil
    }

    private static func reason(_ error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout: "no connection within 5 s"
        case .deadlineExceeded, .readTimeout: "no answer within 30 s"
        case .remoteConnectionClosed: "the connection was closed without an answer"
        default: error.shortDescription
        }
    }

    /// Percent-encodes all but the unreserved characters of RFC 3986.
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isUnreserved = byte < 0x80 && (scalar.properties.isAlphabetic || (0x30...0x39).contains(byte))
            if isUnreserved || "-._~".unicodeScalars.contains(scalar) { return String(Character(scalar)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }.joined()
    }
}

extension AdminClient {
    /// Reads an answer, which a gateway of another version may have made.
    func read<Answer: Decodable>(_ type: Answer.Type, from data: Data) throws -> Answer {
        do {
            return try Report.decode(type, from: data)
        } catch {
            throw AdminFailure("the answer of \(address) is not what this sluice expects; --json shows it as it is")
        }
    }

    /// Prints an answer as it came.
    func printJSON(_ data: Data) throws {
        try Terminal.print(raw: String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines))
    }
}
