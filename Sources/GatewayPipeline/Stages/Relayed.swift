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

/// The tokens of a call, from the best source there is.
struct MeasuredUsage {
    var usage: Usage
    var source: UsageSource

    static let nothing = MeasuredUsage(usage: .zero, source: .none)

    /// What a whole answer says, else an estimate from what was sent and received. Counting tokens costs none.
    init(reported: Usage?, decoded: Decoded, deliveredTokens: Int64) {
        if decoded.endpoint == .countTokens {
            self = .nothing
        } else if let reported {
            self.init(usage: reported, source: .provider)
        } else {
            let usage = Usage(prompt: decoded.facts.estimatedPrompt, completion: deliveredTokens)
            self.init(usage: usage, source: .estimated)
        }
    }

    /// What is billed for a stream that broke off: the provider's word on the input where it gave one, and of the output
    /// the larger of its word and what was delivered.
    init(partial meter: StreamMeter, decoded: Decoded, deliveredTokens: Int64) {
        var usage = meter.billable(estimatedPrompt: decoded.facts.estimatedPrompt).usage
        usage.completion = max(usage.completion, deliveredTokens)
        self.init(usage: usage, source: .estimated)
    }

    private init(usage: Usage, source: UsageSource) {
        self.usage = usage
        self.source = source
    }
}
