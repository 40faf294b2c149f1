// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import NIOCore

/// A call as it stands when all is known that its ledger row says. The last of it is still to be sent: a client that has
/// read the whole answer finds its row written.
struct Relayed {
    /// What is still to be sent.
    enum Remainder {
        /// A whole answer, to which the settlement's own fields are added.
        case answer(ResponseHead, ByteBuffer)
        /// The last piece of a stream that is whole, or that ends in an error event.
        case lastPiece(ByteBuffer)
        /// Nothing: the client has left.
        case nothing
    }

    let admitted: Admitted
    var remainder: Remainder
    var status: Int
    var ending: Ending
    var usage: Usage
    var usageSource: UsageSource
    /// Which attempt served the call; nil when none did.
    var attempt: Planned.Attempt?
    var attempts: Int
    /// On the lane's clock: when the request was handed to the provider, and how long making a connection took.
    var sentAt: UInt64?
    var connecting: UInt64 = 0
    /// When the last byte of the provider's answer came, if the whole answer was waited for.
    var answeredAt: UInt64?
    /// When the first content went to the client, for streams.
    var firstTokenAt: UInt64?

    /// The client has left: nothing more is sent, and it counts as served no more than it was.
    mutating func noteDeparture() {
        if case .answer = remainder { status = 499 }
        remainder = .nothing
        ending = .clientGone
    }
}

extension Decoded {
    /// What a call is billed whose answer is whole.
    func metered(_ facts: AnswerFacts) -> MeteredUsage { metered(facts.reading, facts.deliveredCharacters) }

    /// What a call is billed that the provider may have worked on, and of which nothing could be delivered: the provider
    /// may bill it too, so it counts its input.
    var undelivered: MeteredUsage { metered(.none, 0) }

    private func metered(_ reading: UsageReading, _ deliveredCharacters: Int) -> MeteredUsage {
        // Counting tokens costs none.
        guard endpoint != .countTokens else { return .nothing }
        let delivered = TokenEstimate.tokens(characters: deliveredCharacters)
        return reading.metered(orElse: Usage(prompt: facts.estimatedPrompt, completion: delivered))
    }
}
