// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// What is known of a non-streamed answer.
package struct AnswerFacts: Equatable, Sendable {
    /// The tokens, as the provider counts them.
    package var reading: UsageReading
    /// The model that the provider says has answered.
    package var model: String?
    /// Raw length of the generated text, for estimates.
    package var deliveredCharacters: Int
}

/// Reads the non-streamed answers of providers.
package enum AnswerReader {
    /// Reads `body`, the answer to a request to `endpoint`. Throws `providerBroken` when it is no such answer: not JSON, or
    /// of another shape. `padded` as in `JSONScanner.scan`.
    package static func read(
        _ body: UnsafeRawBufferPointer, padded: Bool, endpoint: Endpoint, scanner: JSONScanner
    ) throws(GatewayFailure) -> AnswerFacts {
        let shape = AnswerShape.of(endpoint)
        let fields: JSONFields
        do throws(JSONFault) {
            fields = try scanner.scan(body, padded: padded, for: shape.json)
        } catch {
            throw broken("is not valid JSON: \(error.located(in: body))")
        }
        guard fields.root == .object else { throw broken("is \(fields.root.noun) instead of a JSON object") }
        guard shape.proof.kinds.contains(fields[AnswerShape.proofIndex].kind) else {
            throw broken("has no `\(shape.proof.path)`, so it is no answer of this endpoint")
        }
        let delivered = fields.textLength(shape.textIndices)
        let model = fields[AnswerShape.modelIndex]
        return AnswerFacts(
            reading: shape.usage(in: fields).checked(against: delivered),
            model: model.kind == .string ? JSONText.decode(model.range, in: body) : nil,
            deliveredCharacters: delivered)
    }

    private static func broken(_ problem: String) -> GatewayFailure {
        GatewayFailure(.providerBroken, "The provider's answer \(problem).")
    }
}
