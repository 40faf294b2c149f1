// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// OpenAI's `POST /v1/embeddings`, and everything compatible with it.
package enum OpenAIEmbeddings {
    // MARK: Requests

    /// Reads a request.
    package static func read(_ body: JSONValue) throws(FormatFault) -> EmbeddingRequest {
        var object = try ObjectReader(body)
        guard let model = try object.string("model") else {
            throw FormatFault("model", "is missing: name the model")
        }
        guard let input = object.value("input") else {
            throw FormatFault("input", "is missing: give a text or an array of texts")
        }
        let dimensions = try object.integer("dimensions")
        let encoding = try object.string("encoding_format")
        let endUser = try object.string("user")
        var request = EmbeddingRequest(
            model: model, inputs: try inputs(input), extras: object.rest(of: .openAIChat))
        request.dimensions = dimensions
        request.endUser = endUser
        if let encoding {
            guard let known = EmbeddingRequest.Encoding(rawValue: encoding.text) else {
                throw FormatFault("encoding_format", "must be \"float\" or \"base64\"")
            }
            request.encoding = known
        }
        return request
    }

    /// A text, texts, tokens, or lists of tokens.
    private static func inputs(_ value: JSONValue) throws(FormatFault) -> [EmbeddingRequest.Input] {
        if let text = value.string { return [input(.text(text))] }
        guard value.kind == .array, !value.elements.isEmpty else {
            throw FormatFault("input", "must be a text or an array of texts or tokens, and not empty")
        }
        if value.elements.allSatisfy({ $0.kind == .integer }) { return [input(.tokens(value.fragment))] }
        var inputs: [EmbeddingRequest.Input] = []
        for element in value.elements {
            if let text = element.string {
                inputs.append(input(.text(text)))
            } else if element.kind == .array, element.elements.allSatisfy({ $0.kind == .integer }) {
                inputs.append(input(.tokens(element.fragment)))
            } else {
                throw FormatFault(
                    "input[\(inputs.count)]", "must be a text or an array of tokens, not \(element.kind.noun)")
            }
        }
        return inputs
    }

    private static func input(_ content: EmbeddingRequest.Content) -> EmbeddingRequest.Input {
        EmbeddingRequest.Input(content, extras: Extras(.openAIChat))
    }

    /// Writes a request. Faults for an input that is not text or tokens.
    package static func write(
        _ request: EmbeddingRequest, _ report: inout LossReport
    ) throws(FormatFault) -> [UInt8] {
        let inputs = try sendable(request.inputs, &report)
        let isOwn = request.extras.origin == .openAIChat
        if !isOwn { report.dropped(request.extras, at: .conversation, "OpenAI has no such field") }
        return JSONWriter.object(capacity: 1024) { json in
            json.member("model", request.model)
            json.key("input")
            if inputs.count == 1 {
                json.value(inputs[0])
            } else {
                json.array { json in inputs.forEach { json.value($0) } }
            }
            json.member("dimensions", request.dimensions)
            json.member("encoding_format", request.encoding.map { JSONString($0.rawValue) })
            json.member("user", request.endUser)
            if isOwn { json.write(request.extras) }
        }
    }

    private static func sendable(
        _ inputs: [EmbeddingRequest.Input], _ report: inout LossReport
    ) throws(FormatFault) -> [JSONFragment] {
        var sent: [JSONFragment] = []
        for (index, input) in inputs.enumerated() {
            if input.purpose != nil { report.dropped("taskType", "OpenAI is not told what an embedding is for") }
            if input.title != nil { report.dropped("title", "OpenAI is not told titles") }
            if input.extras.origin != .openAIChat { report.dropped(input.extras, at: "", "OpenAI has no such field") }
            switch input.content {
            case .text(let text): sent.append(JSONFragment(quoting: text))
            case .tokens(let tokens): sent.append(tokens)
            case .parts(let parts):
                guard parts.allSatisfy(\.isText) else {
                    throw FormatFault(
                        "requests[\(index)].content.parts", "must be text: the target embeds nothing else")
                }
                report.emulated("content.parts", "as one text of several lines")
                sent.append(JSONFragment(quoting: JSONString(joining: parts.compactMap(\.text), separator: "\n")))
            }
        }
        return sent
    }

    // MARK: Answers

    /// Reads an answer: its vectors in the order of their `index`.
    package static func readAnswer(_ body: JSONValue) throws(FormatFault) -> EmbeddingAnswer {
        var object = try ObjectReader(body)
        _ = object.value("object")
        guard let data = try object.array("data") else {
            throw FormatFault("data", "is missing: it must hold the embeddings")
        }
        var vectors: [(index: Int64, vector: EmbeddingVector)] = []
        for element in data {
            let place = Int64(vectors.count)
            let vector = try FormatFault.within("data[\(place)]") { () throws(FormatFault) in try readVector(element) }
            vectors.append((element["index"]?.integer ?? place, vector))
        }
        let model = try object.string("model") ?? ""
        let usage = try object.object("usage")
        return EmbeddingAnswer(
            model: model, vectors: vectors.sorted { $0.index < $1.index }.map(\.vector), usage: usage.flatMap(counts),
            extras: object.rest(of: .openAIChat))
    }

    private static func readVector(_ value: JSONValue) throws(FormatFault) -> EmbeddingVector {
        guard let embedding = value["embedding"] else { throw FormatFault("embedding", "is missing") }
        if let text = embedding.string { return .base64(text) }
        guard embedding.kind == .array else {
            throw FormatFault("embedding", "must be an array of numbers or base64, not \(embedding.kind.noun)")
        }
        return .numbers(embedding.fragment)
    }

    private static func counts(_ usage: JSONValue) -> Usage? {
        (usage["prompt_tokens"]?.integer ?? usage["total_tokens"]?.integer).map { Usage(prompt: $0) }
    }

    /// Writes an answer in the encoding that was asked for. Faults when a vector of the provider's is none.
    package static func writeAnswer(
        _ answer: EmbeddingAnswer, as encoding: EmbeddingRequest.Encoding?, _ report: inout LossReport,
        _ scanner: JSONScanner
    ) throws(FormatFault) -> [UInt8] {
        let vectors = try vectors(of: answer, as: encoding, scanner)
        let isOwn = answer.extras.origin == .openAIChat
        if !isOwn { report.dropped(answer.extras, at: .answer, "OpenAI has no such field") }
        return JSONWriter.object(capacity: 1024) { json in
            json.member("object", literal: "list")
            json.array("data") { json in
                for (index, vector) in vectors.enumerated() { write(vector, at: index, &json) }
            }
            json.member("model", answer.model)
            if let usage = answer.usage { write(usage, &json) }
            if isOwn { json.write(answer.extras) }
        }
    }

    private static func vectors(
        of answer: EmbeddingAnswer, as encoding: EmbeddingRequest.Encoding?, _ scanner: JSONScanner
    ) throws(FormatFault) -> [JSONFragment] {
        var vectors: [JSONFragment] = []
        for (index, vector) in answer.vectors.enumerated() {
            let written =
                encoding == .base64 ? vector.base64(scanner).map { JSONFragment(quoting: $0) } : vector.numbers
            guard let written else { throw FormatFault("data[\(index)].embedding", "is no vector of finite numbers") }
            vectors.append(written)
        }
        return vectors
    }

    private static func write(_ vector: JSONFragment, at index: Int, _ json: inout JSONWriter) {
        json.object { json in
            json.member("object", literal: "embedding")
            json.member("index", Int64(index))
            json.member("embedding", vector)
        }
    }

    private static func write(_ usage: Usage, _ json: inout JSONWriter) {
        json.object("usage") { json in
            json.member("prompt_tokens", usage.prompt)
            json.member("total_tokens", usage.prompt)
        }
    }
}
