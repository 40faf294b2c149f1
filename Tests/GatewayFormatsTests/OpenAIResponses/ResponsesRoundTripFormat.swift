// SPDX-License-Identifier: Apache-2.0

import GatewayFormats

extension RoundTripFormat {
    static let responses = RoundTripFormat(
        type: ResponsesFormat.self,
        generous: rules {
            $0.wantsReasoningBack = true
            $0.cacheMarks = .breakpoint
        },
        strict: [
            // OpenAI itself.
            rules { _ in },
            // An older model of it.
            rules {
                $0.reasoning = .none
                $0.callIDs = .word
                $0.takesOutputSchema = false
                $0.refusedFields = ["safety_identifier", "parallel_tool_calls", "top_logprobs", "metadata"]
            },
            // A server that knows little.
            rules {
                $0.efforts = [.low, .medium, .high]
                $0.takesDeveloperRole = false
                $0.takesLateInstructions = false
                $0.takesMediaURLs = false
                $0.renamedFields = ["safety_identifier": "user"]
            },
        ])
}
