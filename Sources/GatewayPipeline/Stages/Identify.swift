// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP

/// A request whose caller is known.
struct Identified {
    let received: Received
    let key: KeyDirectory.Entry
}

/// Stage 1: who is calling. Reads the head alone, so that a stranger's body is never waited for.
struct Identify {
    let lane: LaneContext

    /// One message for every key that does not work, so that nobody learns which keys once did.
    private static let invalid = GatewayFailure(
        .invalidKey,
        "The API key is not valid. Check that it is complete, and ask the gateway's operator for a new one.")

    func callAsFunction(_ received: Received) throws(GatewayFailure) -> Identified {
        let fields = received.head.fields
        switch CallerKey(in: fields) {
        case .missing:
            throw GatewayFailure(
                .missingKey, "No API key was given. Send one as 'Authorization: Bearer …', 'x-api-key' or 'api-key'.")
        case .ambiguous:
            throw GatewayFailure(
                .ambiguousKey, "The request's headers hold two different API keys. Send one, or the same in each.")
        case .unsupportedScheme:
            throw GatewayFailure(.invalidKey, "The Authorization header must be 'Bearer' followed by an API key.")
        case .presented(let range):
            guard range.count <= CallerKey.longest else { throw Self.invalid }
            let digest = fields.bytes.withUnsafeBytes { lane.hasher.digest(of: .init(rebasing: $0[range])) }
            guard let key = lane.keys.find(digest), key.key.isUsable(at: received.startedAt) else { throw Self.invalid }
            return Identified(received: received, key: key)
        }
    }
}
