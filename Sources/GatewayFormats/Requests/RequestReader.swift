// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// Reads request bodies: what policy needs of them, and whether they can be what they claim to be.
package enum RequestReader {
    /// Reads `body`, which came for `endpoint`. Throws `malformedRequest` with the field at fault. `padded` as in
    /// `JSONScanner.scan`.
    package static func read(
        _ body: UnsafeRawBufferPointer, padded: Bool, endpoint: Endpoint, scanner: JSONScanner
    ) throws(GatewayFailure) -> RequestFacts {
        let fields = try scan(body, padded: padded, scanner: scanner)
        for path in RequestPath.unique where fields[path].occurrences > 1 {
            throw refusal(path, "appears \(fields[path].occurrences) times in one object; send it once")
        }
        try EndpointRules.check(fields, endpoint: endpoint)
        let stream = try boolean(.stream, in: fields) ?? false
        let usageOption = try usageOption(fields, body: body, endpoint: endpoint)
        let model = try model(fields, body: body)
        return RequestFacts(
            model: model, modelRange: fields[.model].range,
            streams: stream && EndpointRules.streams(endpoint),
            wantsStreamUsage: usageOption == .on, maxOutputTokens: try maxOutputTokens(fields),
            choices: try choices(fields, endpoint: endpoint),
            estimatedPrompt: PromptEstimate.tokens(of: fields, in: body, model: model, endpoint: endpoint),
            usageOption: usageOption)
    }

    static func refusal(_ path: RequestPath, _ problem: String) -> GatewayFailure {
        GatewayFailure(.malformedRequest, "`\(path.path)` \(problem).", parameter: path.path)
    }

    private static func scan(
        _ body: UnsafeRawBufferPointer, padded: Bool, scanner: JSONScanner
    ) throws(GatewayFailure) -> JSONFields {
        guard !body.isEmpty else {
            throw GatewayFailure(.malformedRequest, "The request body is empty; send a JSON object.")
        }
        let fields: JSONFields
        do throws(JSONFault) {
            fields = try scanner.scan(body, padded: padded, for: RequestPath.shape)
        } catch {
            throw GatewayFailure(.malformedRequest, "The request body is not valid JSON: \(error.located(in: body)).")
        }
        guard fields.root == .object else {
            throw GatewayFailure(.malformedRequest, "The request body must be a JSON object, not \(fields.root.noun).")
        }
        return fields
    }

    private static func model(_ fields: JSONFields, body: UnsafeRawBufferPointer) throws(GatewayFailure) -> String {
        let field = fields[.model]
        switch field.kind {
        case .string: break
        case .absent: throw refusal(.model, "is missing; name the model that should answer")
        default: throw refusal(.model, "must be a string, not \(field.kind.noun)")
        }
        guard let model = JSONText.decode(field.range, in: body) else { throw refusal(.model, "cannot be read") }
        guard !model.isEmpty else { throw refusal(.model, "is empty; name the model that should answer") }
        guard model.utf8.count <= 256 else { throw refusal(.model, "is longer than 256 bytes") }
        guard !model.unicodeScalars.contains(where: isControl) else {
            throw refusal(.model, "contains a control character")
        }
        return model
    }

    /// Unicode's control characters: C0, DEL and C1.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
    }

    private static func boolean(_ path: RequestPath, in fields: JSONFields) throws(GatewayFailure) -> Bool? {
        switch fields[path].kind {
        case .absent, .null: nil
        case .bool: fields[path].bool
        default: throw refusal(path, "must be true or false, not \(fields[path].kind.noun)")
        }
    }

    private static func count(
        _ path: RequestPath, in fields: JSONFields, upTo most: Int64
    ) throws(GatewayFailure) -> Int64? {
        let field = fields[path]
        if field.kind == .absent || field.kind == .null { return nil }
        guard let count = field.integer, (1...most).contains(count) else {
            throw refusal(path, "must be a whole number from 1 to \(most)")
        }
        return count
    }

    private static func maxOutputTokens(_ fields: JSONFields) throws(GatewayFailure) -> Int64? {
        var most: Int64?
        for path in [RequestPath.maxCompletionTokens, .maxTokens, .maxOutputTokens] {
            guard let tokens = try count(path, in: fields, upTo: Usage.ceiling) else { continue }
            most = max(tokens, most ?? 0)
        }
        return most
    }

    private static func choices(_ fields: JSONFields, endpoint: Endpoint) throws(GatewayFailure) -> Int64 {
        let answers = try count(.n, in: fields, upTo: 128) ?? 1
        guard endpoint == .completions else { return answers }
        let candidates = try count(.bestOf, in: fields, upTo: 128) ?? 1
        let isList = [.string, .array].contains(fields[.promptElement].kind)
        // At most 128 times the bytes of a body: cannot overflow.
        return max(answers, candidates) * (isList ? Int64(fields[.promptElement].matches) : 1)
    }

    private static func usageOption(
        _ fields: JSONFields, body: UnsafeRawBufferPointer, endpoint: Endpoint
    ) throws(GatewayFailure) -> RequestFacts.UsageOption {
        let options = fields[.streamOptions]
        switch options.kind {
        case .absent: return .absent(offset: fields.rootRange.lowerBound + 1)
        case .null: return .null(options.range)
        case .object: break
        default: throw refusal(.streamOptions, "must be an object, not \(options.kind.noun)")
        }
        if fields[.includeUsage].kind == .absent {
            let inside = body[options.range.lowerBound + 1..<options.range.upperBound - 1]
            return .unsaid(offset: inside.startIndex, objectIsEmpty: inside.allSatisfy { $0 <= UInt8(ascii: " ") })
        }
        return try boolean(.includeUsage, in: fields) == true ? .on : .off(fields[.includeUsage].range)
    }
}

extension JSONKind {
    /// How an error calls a value of this kind.
    var noun: String {
        switch self {
        case .absent: "nothing"
        case .null: "null"
        case .bool: "true or false"
        case .integer, .number: "a number"
        case .string: "a string"
        case .object: "an object"
        case .array: "an array"
        }
    }
}
