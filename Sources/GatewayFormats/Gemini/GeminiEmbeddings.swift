// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// `embedContent` and `batchEmbedContents`, and what Vertex AI has instead. The path tells which, and the model.
package enum GeminiEmbeddings {
    /// The endpoints.
    package enum Form: Sendable, CaseIterable {
        /// `:embedContent`, one content.
        case one
        /// `:batchEmbedContents`.
        case batch
        /// Vertex AI's `:embedContent`, with the settings in an object of their own.
        case vertexOne
        /// Vertex AI's `:predict`, of texts.
        case predict
    }

    // MARK: Requests

    /// Reads a request of the form `one` or `batch`; `vertexOne` is read as `one`. The model is empty.
    package static func read(_ body: JSONValue, _ form: Form) throws(FormatFault) -> EmbeddingRequest {
        var request = EmbeddingRequest(model: "", inputs: [], extras: Extras(.gemini))
        guard form == .batch else {
            request.inputs = [try readOne(body, &request)]
            return request
        }
        var object = try GeminiObject(body)
        guard let list = try object.array("requests") else {
            throw FormatFault("requests", "is missing: give an array of requests")
        }
        try list.read("requests") { value, index throws(FormatFault) in
            let dimensions = request.dimensions
            request.inputs.append(try readOne(value, &request))
            guard index == 0 || request.dimensions == dimensions else {
                throw FormatFault("outputDimensionality", "must be the same in all requests of a batch")
            }
        }
        request.extras = object.rest
        return request
    }

    private static func readOne(
        _ value: JSONValue, _ request: inout EmbeddingRequest
    ) throws(FormatFault) -> EmbeddingRequest.Input {
        var object = try GeminiObject(value)
        guard let content = try object.object("content") else {
            throw FormatFault("content", "is missing: give what is to be embedded")
        }
        _ = object.value("model")
        var input = EmbeddingRequest.Input(
            try FormatFault.within("content") { () throws(FormatFault) in try readContent(content) },
            extras: Extras(.gemini))
        request.dimensions = nil
        try readSettings(&object, &input, &request)
        if let config = try object.object("embedContentConfig", "embed_content_config") {
            var inner = try GeminiObject(config)
            try readSettings(&inner, &input, &request)
            inner.keepRest(in: &input.extras, under: "embedContentConfig.")
        }
        object.keepRest(in: &input.extras, under: "")
        return input
    }

    private static func readSettings(
        _ object: inout GeminiObject, _ input: inout EmbeddingRequest.Input, _ request: inout EmbeddingRequest
    ) throws(FormatFault) {
        if let purpose = try object.string("taskType", "task_type") { input.purpose = purpose }
        if let title = try object.string("title") { input.title = title }
        let dimensions = try object.integer("outputDimensionality", "output_dimensionality")
        if let dimensions { request.dimensions = dimensions }
    }

    private static func readContent(_ value: JSONValue) throws(FormatFault) -> EmbeddingRequest.Content {
        var object = try GeminiObject(value)
        var reader = GeminiPartReader(source: .client, calls: GeminiCallLinks())
        let parts = try reader.read(try object.array("parts"))
        if parts.count == 1, let text = parts[0].text, parts[0].extras.isEmpty { return .text(text) }
        guard !parts.isEmpty else { throw FormatFault("parts", "must hold at least one part") }
        return .parts(parts)
    }

    /// Writes a request in `form`: `one` and `vertexOne` take one input. Faults for tokens, and for what `form` cannot say.
    package static func write(
        _ request: EmbeddingRequest, _ form: Form, _ report: inout LossReport
    ) throws(FormatFault) -> [UInt8] {
        let isOwn = request.extras.origin == .gemini
        if !isOwn { report.dropped(request.extras, at: .conversation, "Gemini has no such field") }
        if request.endUser != nil { report.dropped("user", "Gemini is not told of end users") }
        let contents = try request.inputs.indices.map { index throws(FormatFault) in
            try content(of: request.inputs[index], at: index, textAlone: form == .predict)
        }
        guard form == .batch || form == .predict else {
            guard contents.count == 1 else {
                throw FormatFault("input", "must be one text: the target embeds one at a time")
            }
            return JSONWriter.object { writeOne(request, 0, contents[0], form, &$0) }
        }
        return writeMany(request, contents, form)
    }

    private static func writeMany(_ request: EmbeddingRequest, _ contents: [JSONFragment], _ form: Form) -> [UInt8] {
        JSONWriter.object(capacity: 1024) { json in
            json.array(form == .batch ? "requests" : "instances") { json in
                for (index, content) in contents.enumerated() {
                    json.object { writeOne(request, index, content, form, &$0) }
                }
            }
            if form == .predict, let dimensions = request.dimensions {
                json.object("parameters") { $0.member("outputDimensionality", dimensions) }
            }
            json.writeOwn(request.extras)
        }
    }

    private static func content(
        of input: EmbeddingRequest.Input, at index: Int, textAlone: Bool
    ) throws(FormatFault) -> JSONFragment {
        switch input.content {
        case .text(let text) where textAlone: return JSONFragment(quoting: text)
        case .text(let text): return content([GeminiPart(.text(text), extras: Extras(.gemini))])
        case .parts(let parts) where !textAlone: return content(parts.compactMap { GeminiPart(standing: $0) })
        case .parts:
            throw FormatFault("requests[\(index)].content.parts", "must be one text: the target embeds nothing else")
        case .tokens:
            throw FormatFault("input[\(index)]", "must be text: tokens mean nothing to a model of another vendor")
        }
    }

    private static func content(_ parts: [GeminiPart]) -> JSONFragment {
        let bytes = JSONWriter.object { json in
            json.array("parts") { json in parts.forEach { $0.write(&json) } }
        }
        return JSONFragment(bytes[...])
    }

    private static func writeOne(
        _ request: EmbeddingRequest, _ index: Int, _ content: JSONFragment, _ form: Form, _ json: inout JSONWriter
    ) {
        let input = request.inputs[index]
        let own = input.extras.origin == .gemini ? input.extras : Extras(.gemini)
        if form == .batch {
            json.member("model", JSONString(joining: ["models/", GeminiFormat.modelName(request.model)]))
        }
        json.member("content", content)
        switch form {
        case .predict:
            json.member("task_type", input.purpose)
            json.member("title", input.title)
        case .vertexOne:
            json.object("embedContentConfig") { json in
                writeSettings(input, request.dimensions, &json)
                json.write(own.inside("embedContentConfig"))
            }
        case .one, .batch:
            writeSettings(input, request.dimensions, &json)
            json.write(own.inside("embedContentConfig"))
        }
        json.write(own, except: ["embedContentConfig"])
    }

    private static func writeSettings(
        _ input: EmbeddingRequest.Input, _ dimensions: Int64?, _ json: inout JSONWriter
    ) {
        json.member("taskType", input.purpose)
        json.member("title", input.title)
        json.member("outputDimensionality", dimensions)
    }

    // MARK: Answers

    /// Reads an answer of any form.
    package static func readAnswer(_ body: JSONValue) throws(FormatFault) -> EmbeddingAnswer {
        var object = try GeminiObject(body)
        var reading = Reading()
        if let one = try object.object("embedding") {
            try FormatFault.within("embedding") { () throws(FormatFault) in try reading.add(one) }
        }
        try object.array("embeddings")?.read("embeddings") { value, _ throws(FormatFault) in try reading.add(value) }
        try object.array("predictions")?.read("predictions") { value, _ throws(FormatFault) in
            guard let inner = value["embeddings"] else { throw FormatFault("embeddings", "is missing") }
            try reading.add(inner)
        }
        guard !reading.vectors.isEmpty else { throw FormatFault("embedding", "is missing, and so are embeddings") }
        let told = try object.object("usageMetadata", "usage_metadata")
        let prompt = (told?["promptTokenCount"] ?? told?["prompt_token_count"])?.integer ?? reading.tokens
        return EmbeddingAnswer(
            model: "", vectors: reading.vectors, usage: prompt.map { Usage(prompt: $0) }, extras: object.rest)
    }

    /// The embeddings of an answer, and the tokens that Vertex AI counts for each of them.
    private struct Reading {
        var vectors: [EmbeddingVector] = []
        var tokens: Int64?

        mutating func add(_ embedding: JSONValue) throws(FormatFault) {
            guard let values = embedding["values"], values.kind == .array else {
                throw FormatFault("values", "is missing: it must hold the numbers")
            }
            vectors.append(.numbers(values.fragment))
            let statistics = embedding["statistics"]
            guard let counted = (statistics?["token_count"] ?? statistics?["tokenCount"])?.integer else { return }
            tokens = min(min(max(counted, 0), Usage.ceiling) + (tokens ?? 0), Usage.ceiling)
        }
    }

    /// Writes an answer for clients, in the form `one` or `batch`. Faults when a vector of the provider's is none.
    package static func writeAnswer(
        _ answer: EmbeddingAnswer, _ form: Form, _ report: inout LossReport
    ) throws(FormatFault) -> [UInt8] {
        var vectors: [JSONFragment] = []
        for (index, vector) in answer.vectors.enumerated() {
            guard let numbers = vector.numbers else {
                throw FormatFault("data[\(index)].embedding", "is no vector of finite numbers")
            }
            vectors.append(numbers)
        }
        if answer.extras.origin != .gemini { report.dropped(answer.extras, at: .answer, "Gemini has no such field") }
        return JSONWriter.object(capacity: 1024) { json in
            if form == .batch {
                json.array("embeddings") { json in
                    for vector in vectors { json.object { $0.member("values", vector) } }
                }
            } else if let vector = vectors.first {
                json.object("embedding") { $0.member("values", vector) }
            }
            if let usage = answer.usage { write(usage, &json) }
            json.writeOwn(answer.extras)
        }
    }

    private static func write(_ usage: Usage, _ json: inout JSONWriter) {
        json.object("usageMetadata") { json in
            json.member("promptTokenCount", usage.prompt)
            json.member("totalTokenCount", usage.prompt)
        }
    }
}
