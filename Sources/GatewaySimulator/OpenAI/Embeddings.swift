// SPDX-License-Identifier: Apache-2.0

import Foundation

/// `POST /v1/embeddings`: unit vectors that depend on the text alone.
enum Embeddings {
    private static let fields: Set<String> = ["dimensions", "encoding_format", "input", "model", "user"]
    private static let mostInputs = 2048

    static func make(_ exchange: Exchange) throws(Refusal) -> Answer {
        let body = exchange.body
        try body.check(fields: fields)
        let input = try body.required("input")
        let inputs = try OpenAIInputs.read(input)
        guard inputs.count <= mostInputs else { throw input.invalid("at most \(mostInputs) inputs are allowed") }
        for one in inputs where one.text.isEmpty { throw input.invalid("it cannot be an empty string") }
        let usual = exchange.model.hasSuffix("3-large") ? 3072 : 1536
        let dimensions = try body.optional("dimensions")?.integer(1...usual) ?? usual
        let format = try body.optional("encoding_format")?.choice(of: ["float", "base64"]) ?? "float"
        let data = inputs.enumerated().map { index, input in
            let vector = vector(for: input.text, dimensions: dimensions)
            let embedding = format == "float" ? JSON.array(vector.map { .number(Double($0)) }) : .string(base64(vector))
            return ["object": "embedding", "index": .integer(index), "embedding": embedding] as JSON
        }
        return answer(exchange, data, tokens: inputs.reduce(0) { $0 + max(1, Tokens.count(bytes: $1.segment.bytes)) })
    }

    private static func answer(_ exchange: Exchange, _ data: [JSON], tokens: Int) -> Answer {
        let cost = TokenCounts(prompt: tokens)
        let reported = exchange.directives.reported(cost)
        var object: JSONObject = ["object": "list", "data": .array(data), "model": .string(exchange.model)]
        if let reported {
            object.append(
                "usage", ["prompt_tokens": .integer(reported.prompt), "total_tokens": .integer(reported.prompt)])
        }
        return Answer(cost: cost, body: .whole(.object(object), reported: reported))
    }

    private static func vector(for text: String, dimensions: Int) -> [Float] {
        var random = SplitMix(seed: Fingerprint.of(text, seed: 0))
        var vector: [Float] = []
        vector.reserveCapacity(dimensions)
        var squares: Float = 0
        for _ in 0..<dimensions {
            let value = Float(Int32(truncatingIfNeeded: random.next())) / Float(Int32.max)
            vector.append(value)
            squares += value * value
        }
        let length = squares.squareRoot()
        return length > 0 ? vector.map { $0 / length } : vector
    }

    /// The floats in little-endian order, as the official SDK asks for them by default.
    private static func base64(_ vector: [Float]) -> String {
        var data = Data(capacity: vector.count * 4)
        for value in vector { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
        return data.base64EncodedString()
    }
}
