// SPDX-License-Identifier: Apache-2.0

/// `GET /v1/models` and `/v1/models/{id}`, in the shape of either provider.
///
/// The list is a sample: a model that is not on it is served all the same, unless its name says that there is none.
enum Models {
    private static let openAI = [
        "gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-5", "gpt-5-mini", "o3", "o4-mini",
        "gpt-3.5-turbo-instruct", "text-embedding-3-small", "text-embedding-3-large",
    ]
    private static let anthropic = ["claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"]

    /// Throws the provider's refusal for names that start with `no-such-model`.
    static func check(_ model: String, dialect: Dialect) throws(Refusal) {
        guard model.hasPrefix("no-such-model") else { return }
        throw switch dialect {
        case .openAI:
            Refusal(
                404, "The model '\(model)' does not exist or you do not have access to it.", code: "model_not_found",
                type: "invalid_request_error")
        case .anthropic: Refusal(404, "model: \(model)")
        }
    }

    static func list(_ dialect: Dialect) -> JSON {
        switch dialect {
        case .openAI: ["object": "list", "data": .array(openAI.map { model($0, .openAI) })]
        case .anthropic:
            [
                "data": .array(anthropic.map { model($0, .anthropic) }), "has_more": false,
                "first_id": JSON(anthropic.first), "last_id": JSON(anthropic.last),
            ]
        }
    }

    static func model(_ id: String, _ dialect: Dialect) -> JSON {
        switch dialect {
        case .openAI:
            ["id": .string(id), "object": "model", "created": .integer(Exchange.created), "owned_by": "simulator"]
        case .anthropic:
            [
                "type": "model", "id": .string(id), "display_name": "Simulated \(id)",
                "created_at": "2026-01-01T00:00:00Z", "lifecycle": "active",
            ]
        }
    }
}
