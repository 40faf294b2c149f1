// SPDX-License-Identifier: Apache-2.0

/// The tool that stands in for structured output at models that have none: the model is made to call it, and what it is
/// called with is the answer. Readers know it by its name and make the call the text that it stands for.
enum MessagesOutputTool {
    static let name: JSONString = "sluice_structured_answer"
    static let description: JSONString =
        "Gives the final answer. Its input is the answer: call it once, and say nothing besides."

    /// Why an answer stopped once the calls of this tool are text: without any other call the model has finished.
    static func undo(_ stop: Stop, hasCalls: Bool) -> Stop {
        guard stop.reason == .toolCalls, !hasCalls else { return stop }
        return Stop(.finished, native: "end_turn", extras: stop.extras)
    }
}
