// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayFormats
import Testing

@Suite struct ErrorFormatTests {
    static let requestID = "req_1\"2"

    @Test(
        "OpenAI's clients get the error type of the failure's status",
        arguments: [
            (GatewayFailure.Code.malformedRequest, "invalid_request_error"), (.bodyTooLarge, "invalid_request_error"),
            (.unknownModel, "invalid_request_error"),
            (.invalidKey, "authentication_error"), (.missingKey, "authentication_error"),
            (.ambiguousKey, "authentication_error"),
            (.modelNotAllowed, "permission_error"), (.providerBroken, "server_error"),
            (.providerRefusedCredential, "server_error"),
            (.providerTimeout, "timeout"), (.overloaded, "server_error"), (.draining, "server_error"),
            (.internalError, "server_error"),
        ])
    func openAIType(_ code: GatewayFailure.Code, _ type: String) throws {
        let failure = GatewayFailure(code, "It \"failed\"\n.", parameter: "model")
        let error = try #require(
            try parsed(ErrorFormat.body(failure, dialect: .openAI, requestID: Self.requestID))["error"]
                as? [String: Any])
        #expect(Set(error.keys) == ["message", "type", "param", "code"])
        #expect(error["message"] as? String == "It \"failed\"\n.")
        #expect(error["type"] as? String == type)
        #expect(error["param"] as? String == "model")
        #expect(error["code"] as? String == code.rawValue)
    }

    @Test("Without a field at fault, param is null")
    func nullParameter() throws {
        let body = ErrorFormat.body(GatewayFailure(.overloaded, "Busy."), dialect: .openAI, requestID: "r")
        let error = try #require(try parsed(body)["error"] as? [String: Any])
        #expect(error["param"] is NSNull)
    }

    @Test(
        "Anthropic's clients get the error type of the failure's status",
        arguments: [
            (GatewayFailure.Code.malformedRequest, "invalid_request_error"), (.bodyTooLarge, "request_too_large"),
            (.unknownModel, "not_found_error"),
            (.unknownRoute, "not_found_error"), (.invalidKey, "authentication_error"),
            (.modelNotAllowed, "permission_error"),
            (.providerTimeout, "timeout_error"), (.overloaded, "overloaded_error"), (.providerBusy, "overloaded_error"),
            (.providerBroken, "api_error"), (.providerRefusedCredential, "api_error"), (.internalError, "api_error"),
        ])
    func anthropicType(_ code: GatewayFailure.Code, _ type: String) throws {
        let object = try parsed(
            ErrorFormat.body(GatewayFailure(code, "No."), dialect: .anthropic, requestID: Self.requestID))
        let error = try #require(object["error"] as? [String: Any])
        #expect(object["type"] as? String == "error")
        #expect(object["request_id"] as? String == Self.requestID)
        #expect(error["type"] as? String == type)
        #expect(error["message"] as? String == "No.")
    }

    @Test(
        "A failed stream ends in one event that the meter of its dialect takes for an error",
        arguments: Endpoint.allCases, GatewayFailure.Code.allCases)
    func streamEvent(_ endpoint: Endpoint, _ code: GatewayFailure.Code) throws {
        let bytes = ErrorFormat.streamEvent(
            GatewayFailure(code, "Cut\noff."), endpoint: endpoint, requestID: Self.requestID)
        let player = StreamPlayer(endpoint, String(decoding: bytes, as: UTF8.self))
        #expect(player.verdicts == [.providerError])
        #expect(player.forwarded == bytes)
        #expect(!player.meter.isComplete)
    }

    private func readEvent(_ endpoint: Endpoint) throws -> (name: String?, data: [String: Any]) {
        let failure = GatewayFailure(.providerBroken, "The provider broke off.", parameter: nil)
        let bytes = ErrorFormat.streamEvent(failure, endpoint: endpoint, requestID: Self.requestID)
        var scanner = EventStreamScanner()
        let event = try #require(bytes.withUnsafeBytes { scanner.next(in: $0) })
        #expect(event.range == 0..<bytes.count)
        let data = try parsed(bytes[try #require(event.data)])
        return (event.name.map { String(decoding: bytes[$0], as: UTF8.self) }, data)
    }

    @Test("A failed chat stream tells it as OpenAI does")
    func chatEvent() throws {
        let (name, data) = try readEvent(.chatCompletions)
        #expect(name == nil)
        #expect((data["error"] as? [String: Any])?["code"] as? String == "provider_broken")
    }

    @Test("A failed response tells it by type and by the object that clients raise")
    func responsesEvent() throws {
        let (name, data) = try readEvent(.responses)
        #expect(name == "error")
        #expect(data["type"] as? String == "error")
        #expect(data["message"] as? String == "The provider broke off.")
        #expect(data["code"] as? String == "provider_broken")
        #expect(data["param"] is NSNull)
        #expect(data["sequence_number"] as? Int == 0)
        #expect((data["error"] as? [String: Any])?["message"] as? String == "The provider broke off.")
    }

    @Test("A failed message stream tells it as Anthropic does")
    func messagesEvent() throws {
        let (name, data) = try readEvent(.messages)
        #expect(name == "error")
        #expect(data["type"] as? String == "error")
        #expect(data["request_id"] as? String == Self.requestID)
        #expect((data["error"] as? [String: Any])?["type"] as? String == "api_error")
    }
}

@Suite struct ModelListTests {
    private static let names = ["b", "a/\"x\"", "Z", "é"]

    @Test("OpenAI's list has what its clients require, sorted by bytes")
    func openAI() throws {
        let object = try parsed(ModelList.list(Self.names, dialect: .openAI))
        let data = try #require(object["data"] as? [[String: Any]])
        #expect(object["object"] as? String == "list")
        #expect(data.compactMap { $0["id"] as? String } == ["Z", "a/\"x\"", "b", "é"])
        #expect(
            data.allSatisfy {
                $0["object"] as? String == "model" && $0["created"] as? Int == 0 && $0["owned_by"] is String
            })
    }

    @Test("Anthropic's list has what its clients require, sorted by bytes")
    func anthropic() throws {
        let object = try parsed(ModelList.list(Self.names, dialect: .anthropic))
        let data = try #require(object["data"] as? [[String: Any]])
        #expect(object["has_more"] as? Bool == false)
        #expect(object["first_id"] as? String == "Z")
        #expect(object["last_id"] as? String == "é")
        #expect(data.compactMap { $0["id"] as? String } == ["Z", "a/\"x\"", "b", "é"])
        #expect(
            data.allSatisfy {
                $0["type"] as? String == "model" && $0["display_name"] is String && $0["created_at"] is String
            })
        #expect(data.allSatisfy { $0["lifecycle"] as? String == "active" })
    }

    @Test("An empty list is a list", arguments: Dialect.allCases)
    func empty(_ dialect: Dialect) throws {
        let object = try parsed(ModelList.list([], dialect: dialect))
        #expect((object["data"] as? [Any])?.isEmpty == true)
        if dialect == .anthropic { #expect(object["first_id"] is NSNull && object["last_id"] is NSNull) }
    }

    @Test("One model is what the list holds of it", arguments: Dialect.allCases)
    func one(_ dialect: Dialect) throws {
        let listed = try #require(try parsed(ModelList.list(["m"], dialect: dialect))["data"] as? [NSDictionary])
        #expect(try parsed(ModelList.one("m", dialect: dialect)) as NSDictionary == listed.first)
    }
}
