// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayFormats
import Testing

@Suite struct RequestEditorTests {
    private func edited(
        _ body: String, endpoint: Endpoint = .chatCompletions, sendingModel: String? = nil,
        askingStreamUsage: Bool = false
    ) throws -> String {
        let facts = try read(body, endpoint: endpoint)
        return applying(
            RequestEditor.edits(
                for: facts, endpoint: endpoint, sendingModel: sendingModel, askingStreamUsage: askingStreamUsage),
            to: body)
    }

    @Test("Nothing to change changes nothing", arguments: Endpoint.allCases)
    func untouched(_ endpoint: Endpoint) throws {
        let body = " \n" + request(endpoint, #""stream":true,"metadata":{"a":1,"a":2}"#) + "\t"
        let facts = try read(body, endpoint: endpoint)
        for model in [nil, "m"] {
            #expect(
                RequestEditor.edits(for: facts, endpoint: endpoint, sendingModel: model, askingStreamUsage: false)
                    .isEmpty)
        }
    }

    @Test(
        "The model's token alone is replaced",
        arguments: ["gpt-4o-mini", "a \"quoted\" \\ name", "😀", "line\nbreak"])
    func replacesModel(_ name: String) throws {
        let body = #"{ "messages" : [], "model" : "\u006d" , "x":{"model":"m"} }"#
        let result = try edited(body, sendingModel: name)
        let object = try parsed(result.utf8)
        #expect(object["model"] as? String == name)
        #expect((object["x"] as? [String: Any])?["model"] as? String == "m")
        #expect(result.hasPrefix(#"{ "messages" : [], "model" : "#))
        #expect(result.hasSuffix(#" , "x":{"model":"m"} }"#))
    }

    @Test("A model that is the same once unescaped stays as it was written")
    func sameModel() throws {
        let body = #"{"model":"\u006d","messages":[]}"#
        #expect(try edited(body, sendingModel: "m") == body)
    }

    @Test("A model that differs only in how an accent is composed is replaced")
    func composedModel() throws {
        let result = try edited(request(.chatCompletions, model: "\"e\u{301}\""), sendingModel: "\u{e9}")
        #expect(Array(result.utf8).starts(with: Array("{\"model\":\"\u{e9}\"".utf8)))
    }

    static let options: [(String, String)] = [
        ("absent", ""),
        ("null", #","stream_options":null"#),
        ("empty", #","stream_options":{}"#),
        ("empty with space", ",\"stream_options\": { \n }"),
        ("another key", #","stream_options":{"include_obfuscation":false}"#),
        ("another key with space", #","stream_options" : { "include_obfuscation" : false }"#),
        ("false", #","stream_options":{"include_usage":false}"#),
        ("null inside", #","stream_options":{"include_usage": null , "include_obfuscation":false}"#),
        ("true", #","stream_options":{"include_usage":true}"#),
        ("true among others", #","stream_options":{"include_obfuscation":false,"include_usage":true}"#),
        ("escaped key", #","stream_\u006fptions":{"include\u005fusage":false}"#),
    ]

    @Test(
        "Usage of a stream is asked for, and nothing else changes", arguments: options,
        [Endpoint.chatCompletions, .completions])
    func asksForUsage(_ option: (name: String, members: String), _ endpoint: Endpoint) throws {
        let body = request(endpoint, #""stream":true"# + option.members)
        let result = try edited(body, endpoint: endpoint, askingStreamUsage: true)
        var object = try parsed(result.utf8)
        let options = try #require(object.removeValue(forKey: "stream_options") as? [String: Any])
        #expect(options["include_usage"] as? Bool == true)
        #expect(options.keys.contains("include_obfuscation") == option.members.contains("include_obfuscation"))
        var before = try parsed(body.utf8)
        before.removeValue(forKey: "stream_options")
        #expect(object as NSDictionary == before as NSDictionary)
        #expect(try read(result, endpoint: endpoint).wantsStreamUsage)
        if option.name.hasPrefix("true") { #expect(result == body) }
    }

    @Test("Model and usage are edited together, in either order of the members", arguments: options)
    func editsTogether(_ option: (name: String, members: String)) throws {
        for body in [
            #"{"model":"m","messages":[],"stream":true\#(option.members)}"#,
            #"{"stream":true\#(option.members),"messages":[],"model":"m"}"#,
        ] {
            let object = try parsed(try edited(body, sendingModel: "other", askingStreamUsage: true).utf8)
            #expect(object["model"] as? String == "other")
            #expect((object["stream_options"] as? [String: Any])?["include_usage"] as? Bool == true)
        }
    }

    @Test(
        "A request that does not stream is not asked for stream usage",
        arguments: ["", #""stream":false"#, #""stream":null"#])
    func notStreaming(_ members: String) throws {
        let body = request(.chatCompletions, members)
        #expect(try edited(body, askingStreamUsage: true) == body)
    }

    @Test(
        "Endpoints that tell usage anyway are not asked",
        arguments: [Endpoint.responses, .messages, .embeddings, .countTokens])
    func otherEndpoints(_ endpoint: Endpoint) throws {
        let body = request(endpoint, #""stream":true"#)
        #expect(try edited(body, endpoint: endpoint, askingStreamUsage: true) == body)
    }

    @Test("White space before the body moves no edit")
    func leadingSpace() throws {
        let result = try edited(
            "\r\n\t " + request(.chatCompletions, #""stream":true"#), sendingModel: "x", askingStreamUsage: true)
        #expect(try parsed(result.utf8)["model"] as? String == "x")
    }
}
