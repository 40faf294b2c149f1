// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayFormats
import Testing

/// A request body that is valid for an endpoint, with more members.
func request(_ endpoint: Endpoint, _ members: String = "", model: String = #""m""#) -> String {
    let required =
        switch endpoint {
        case .chatCompletions: #""messages":[{"role":"user","content":"hi"}]"#
        case .completions: #""prompt":"hi""#
        case .embeddings, .responses: #""input":"hi""#
        case .messages: #""max_tokens":16,"messages":[{"role":"user","content":"hi"}]"#
        case .countTokens: #""messages":[{"role":"user","content":"hi"}]"#
        }
    return "{\"model\":\(model),\(required)\(members.isEmpty ? "" : ",")\(members)}"
}

func read(_ body: [UInt8], endpoint: Endpoint = .chatCompletions) throws -> RequestFacts {
    try body.withUnsafeBytes {
        try RequestReader.read($0, padded: false, endpoint: endpoint, scanner: JSONScanner())
    }
}

func read(_ body: String, endpoint: Endpoint = .chatCompletions) throws -> RequestFacts {
    try read(Array(body.utf8), endpoint: endpoint)
}

/// Expects `body` to be refused on account of `parameter`, with `words` in the message.
func expectRefused(
    _ body: String, endpoint: Endpoint = .chatCompletions, parameter: String?, words: String = "",
    at location: SourceLocation = #_sourceLocation
) {
    let failure = #expect(throws: GatewayFailure.self, sourceLocation: location) { try read(body, endpoint: endpoint) }
    #expect(failure?.code == .malformedRequest, sourceLocation: location)
    #expect(failure?.status == 400, sourceLocation: location)
    #expect(failure?.parameter == parameter, sourceLocation: location)
    let message = failure?.message ?? ""
    if let parameter { #expect(message.contains(parameter), "\(message)", sourceLocation: location) }
    #expect(words.isEmpty || message.contains(words), "\(message)", sourceLocation: location)
}

/// `body` with `edits` applied, as the writer to the provider does.
func applying(_ edits: [BodyEdit], to body: String) -> String {
    let bytes = Array(body.utf8)
    var edited: [UInt8] = []
    var position = 0
    for edit in edits {
        #expect(edit.range.lowerBound >= position, "edits overlap or are out of order")
        edited += bytes[position..<edit.range.lowerBound] + edit.replacement
        position = edit.range.upperBound
    }
    return String(decoding: edited + bytes[position...], as: UTF8.self)
}

/// `text` as another parser sees it.
func parsed(_ text: some Sequence<UInt8>) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any])
}
