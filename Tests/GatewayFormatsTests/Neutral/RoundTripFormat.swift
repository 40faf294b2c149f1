// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

/// A dialect to make round trips through.
struct RoundTripFormat: Sendable, CustomTestStringConvertible {
    let type: any ConversationFormat.Type
    /// Rules of a target that takes all that the dialect has.
    let generous: TargetRules
    /// Rules of targets that take less, for trips on which this is the other dialect.
    let strict: [TargetRules]
    /// Whether the model and whether to stream stand in the path rather than in the body.
    var namesModelInPath = false
    /// Extras that its writer adds to what came in another dialect, because that goes without saying there.
    var additions: [JSONString] = []

    var testDescription: String { type.format.rawValue }

    /// All dialects there are.
    static let all: [RoundTripFormat] = [chat, responses]

    static let chat = RoundTripFormat(
        type: ChatFormat.self,
        generous: rules {
            $0.wantsReasoningBack = true
            $0.handsSealsTo = Set(Seal.Issuer.allCases)
            $0.cacheMarks = .control
        },
        strict: [
            // OpenAI itself.
            rules { $0.cacheMarks = .breakpoint },
            // A server that knows little.
            rules {
                $0.outputLimitField = .maxTokens
                $0.reasoning = .none
                $0.callIDs = .nineAlphanumeric
                $0.takesDeveloperRole = false
                $0.takesOutputSchema = false
                $0.takesLateInstructions = false
                $0.takesMediaURLs = false
                $0.takesTextParts = false
                $0.refusedFields = ["user", "logit_bias", "messages[].name", "parallel_tool_calls", "stream_options"]
                $0.renamedFields = ["seed": "random_seed"]
            },
        ])

    static func rules(_ set: (inout TargetRules) -> Void) -> TargetRules {
        var rules = TargetRules()
        set(&rules)
        return rules
    }
}

/// Every ordered pair of dialects.
struct RoundTripPair: Sendable, CustomTestStringConvertible {
    let origin: RoundTripFormat
    let other: RoundTripFormat

    var testDescription: String { "\(origin.testDescription) → \(other.testDescription)" }

    static let all = RoundTripFormat.all.flatMap { origin in
        RoundTripFormat.all.map { RoundTripPair(origin: origin, other: $0) }
    }
}
