// SPDX-License-Identifier: Apache-2.0

/// Which turns make which messages: neighbours of one side share a message. Instructions in the middle wait until the
/// model is to speak, because only there, after a user's message, the API takes them.
struct MessagesPlan {
    enum Role {
        case user, assistant, system

        var name: StaticString {
            switch self {
            case .user: "user"
            case .assistant: "assistant"
            case .system: "system"
            }
        }
    }

    struct Message {
        var role: Role
        /// By their place in the conversation.
        var turns: [Int]
    }

    private(set) var messages: [Message] = []
    /// Turns of instructions that have no place among the messages, and go to `system`.
    private(set) var early: [Int] = []
    private var waiting: [Int] = []

    /// - takesLate: whether instructions may stand among the messages.
    /// - isNative: whether the conversation came in this dialect, so that its instructions stand where they may.
    init(_ turns: [Turn], takesLate: Bool, isNative: Bool) {
        for (index, turn) in turns.enumerated() {
            switch turn.role {
            case .instruction:
                if takesLate, !messages.isEmpty { waiting.append(index) } else { early.append(index) }
            case .user, .tool: append(index, to: .user)
            case .assistant:
                place(anywhere: isNative)
                append(index, to: .assistant)
            }
        }
        place(anywhere: isNative)
        early += waiting
    }

    private mutating func append(_ turn: Int, to role: Role) {
        if messages.last?.role == role {
            messages[messages.count - 1].turns.append(turn)
        } else {
            messages.append(Message(role: role, turns: [turn]))
        }
    }

    private mutating func place(anywhere: Bool) {
        guard !waiting.isEmpty, anywhere || messages.last?.role == .user else { return }
        messages.append(Message(role: .system, turns: waiting))
        waiting = []
    }
}
