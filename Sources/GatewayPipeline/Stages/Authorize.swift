// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats

/// Stage 3: may this caller use this model. Comes before any look-up of the model, so that a refusal does not tell
/// whether it exists.
struct Authorize {
    func callAsFunction(_ decoded: Decoded) throws(GatewayFailure) {
        let key = decoded.identified.key.key
        guard key.models.allows(decoded.facts.model) else {
            throw GatewayFailure(
                .modelNotAllowed,
                "The key '\(key.name)' may not use the model '\(decoded.facts.model)'. "
                    + "GET /v1/models lists those it may use.", parameter: "model")
        }
    }
}
