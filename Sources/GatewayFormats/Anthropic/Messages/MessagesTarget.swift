// SPDX-License-Identifier: Apache-2.0

/// Where a Messages request goes: what the places that serve Claude want in its body.
package struct MessagesTarget: Sendable, Equatable {
    /// Which API the body is for.
    package enum Purpose: Sendable, Equatable {
        case answer
        /// Only counts: what steers the generation is left out, since it would be refused.
        case tokenCount
    }

    package var purpose = Purpose.answer
    /// Whether `model` is in the body; elsewhere it is in the path.
    package var namesModel = true
    /// Whether `stream` is.
    package var namesStream = true
    /// The body's `anthropic_version`, where it is no header.
    package var version: JSONString?
    /// The body's `anthropic_beta`, where it is no header.
    package var betas: [JSONString] = []

    package init() {}

    package static let anthropic = MessagesTarget()

    /// Anthropic's `count_tokens`.
    package static var anthropicCount: MessagesTarget {
        var target = MessagesTarget()
        target.purpose = .tokenCount
        return target
    }

    /// Bedrock's InvokeModel; its count-tokens takes the same body.
    package static func bedrock(
        version: JSONString = "bedrock-2023-05-31", betas: [JSONString] = []
    ) -> MessagesTarget {
        var target = MessagesTarget()
        target.namesModel = false
        target.namesStream = false
        target.version = version
        target.betas = betas
        return target
    }

    /// Vertex AI's `rawPredict`.
    package static func vertex(version: JSONString = "vertex-2023-10-16") -> MessagesTarget {
        var target = MessagesTarget()
        target.namesModel = false
        target.version = version
        return target
    }

    /// Vertex AI's `count-tokens:rawPredict`, whose path names no model.
    package static func vertexCount(version: JSONString = "vertex-2023-10-16") -> MessagesTarget {
        var target = MessagesTarget()
        target.purpose = .tokenCount
        target.version = version
        return target
    }
}
