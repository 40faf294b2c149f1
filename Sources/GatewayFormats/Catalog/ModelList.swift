// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// The answers of `GET /v1/models` and `GET /v1/models/{id}`.
package enum ModelList {
    /// All models of these names, in the order of their bytes.
    package static func list(_ names: [String], dialect: Dialect) -> [UInt8] {
        let names = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let models = names.map { model($0, dialect: dialect) }
        return switch dialect {
        case .openAI:
            JSONObject {
                $0.string("object", "list")
                $0.array("data", models)
            }.bytes
        case .anthropic:
            JSONObject {
                $0.array("data", models)
                $0.bool("has_more", false)
                $0.string("first_id", names.first)
                $0.string("last_id", names.last)
            }.bytes
        }
    }

    /// One model.
    package static func one(_ name: String, dialect: Dialect) -> [UInt8] {
        model(name, dialect: dialect).bytes
    }

    /// Clients require a date, which a configured name does not have: it is the epoch, as Anthropic has it for unknown
    /// dates.
    private static func model(_ name: String, dialect: Dialect) -> JSONObject {
        switch dialect {
        case .openAI:
            JSONObject {
                $0.string("id", name)
                $0.string("object", "model")
                $0.integer("created", 0)
                $0.string("owned_by", "sluice")
            }
        case .anthropic:
            JSONObject {
                $0.string("type", "model")
                $0.string("id", name)
                $0.string("display_name", name)
                $0.string("created_at", "1970-01-01T00:00:00Z")
                $0.string("lifecycle", "active")
            }
        }
    }
}
