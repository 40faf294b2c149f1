// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import GatewaySimulator

/// A running simulator and a client of it.
struct Provider {
    let client: any TestClientProtocol

    /// Starts a simulator for the time of `body`.
    static func run(
        _ options: SimulatorOptions = SimulatorOptions(port: 0), _ body: @Sendable (Provider) async throws -> Void
    ) async throws {
        try await Simulator(options: options).application().test(.live) { client in
            try await body(Provider(client: client))
        }
    }

    var port: Int {
        get throws { try #require(client.port) }
    }

    static let openAI: HTTPFields = [.authorization: "Bearer sk-test-0123456789", .contentType: "application/json"]
    static let anthropic = fields([
        "x-api-key": "sk-ant-0123456789", "anthropic-version": "2023-06-01", "content-type": "application/json",
    ])

    static func fields(_ pairs: KeyValuePairs<String, String>) -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in pairs { if let name = HTTPField.Name(name) { fields[name] = value } }
        return fields
    }

    func send(_ path: String, _ body: JSON, headers: HTTPFields? = nil) async throws -> Reception {
        let isAnthropic = path.contains("/v1/messages")
        return try await send(
            path, text: body.encoded, headers: headers ?? (isAnthropic ? Self.anthropic : Self.openAI))
    }

    func send(_ path: String, text: String, headers: HTTPFields) async throws -> Reception {
        let response = try await client.executeRequest(
            uri: path, method: .post, headers: headers, body: ByteBuffer(string: text))
        return Reception(response)
    }

    func get(_ path: String, headers: HTTPFields = [:]) async throws -> Reception {
        Reception(try await client.executeRequest(uri: path, method: .get, headers: headers, body: nil))
    }

    func clearJournal() async throws {
        _ = try await client.executeRequest(uri: "/journal", method: .delete, headers: [:], body: nil)
    }

    func chat(_ text: String, _ more: JSONObject = [:], at path: String = "/v1/chat/completions") async throws
        -> Reception
    {
        var body: JSONObject = ["model": "gpt-4o-mini", "messages": [["role": "user", "content": .string(text)]]]
        for field in more.fields { body[field.name] = field.value }
        return try await send(path, .object(body))
    }

    func message(_ text: String, _ more: JSONObject = [:]) async throws -> Reception {
        var body: JSONObject = [
            "model": "claude-sonnet-4-5", "max_tokens": 500, "messages": [["role": "user", "content": .string(text)]],
        ]
        for field in more.fields { body[field.name] = field.value }
        return try await send("/v1/messages", .object(body))
    }

    /// The journal, once nothing is being served any more.
    func journal(since sequence: Int = 0) async throws -> [JSON] {
        for _ in 0..<500 {
            let entries = try #require(try await get("/journal?since=\(sequence)").json.elements)
            if entries.allSatisfy({ $0["ended"] != "open" }) { return entries }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("a request is still being served")
        return []
    }

    func lastEntry() async throws -> JSON { try #require(try await journal().last) }
}

/// What came back.
struct Reception {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        text = String(buffer: response.body)
    }

    var json: JSON {
        get throws { try JSONParser.parse(ByteBuffer(string: text)) }
    }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    /// The data of each server-sent event.
    var data: [String] {
        text.components(separatedBy: "\n\n").compactMap { event in
            event.split(separator: "\n").first { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
        }
    }

    /// The events that are JSON.
    var events: [JSON] {
        get throws { try data.filter { $0 != "[DONE]" }.map { try JSONParser.parse(ByteBuffer(string: $0)) } }
    }

    /// The text of a streamed chat completion.
    var streamedText: String {
        get throws { try events.compactMap { $0["choices"]?.elements?.first?["delta"]?["content"]?.text }.joined() }
    }
}

extension JSON {
    static func read(_ text: String) throws -> JSON { try JSONParser.parse(ByteBuffer(string: text)) }

    subscript(index: Int) -> JSON? {
        guard let elements, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}
