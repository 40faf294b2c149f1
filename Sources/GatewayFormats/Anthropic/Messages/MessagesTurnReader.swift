// SPDX-License-Identifier: Apache-2.0

/// Reads the messages of a request, and its `system`.
enum MessagesTurnReader {
    static func turns(_ messages: JSONElements) throws(FormatFault) -> [Turn] {
        var turns: [Turn] = []
        var index = 0
        for message in messages {
            try FormatFault.within("messages[\(index)]") { () throws(FormatFault) in try read(message, into: &turns) }
            index += 1
        }
        guard index > 0 else { throw FormatFault("messages", "must have at least one message") }
        return turns
    }

    /// What stands in `system`: a text or a list of texts.
    static func instructions(_ system: JSONValue?) throws(FormatFault) -> [Instruction] {
        guard let system else { return [] }
        let parts = try FormatFault.within("system") { () throws(FormatFault) in
            try MessagesBlockReader.parts(system)
        }
        guard !parts.isEmpty else { return [] }
        return [Instruction(.system, parts, extras: Extras(.anthropicMessages))]
    }

    private static func read(_ message: JSONValue, into turns: inout [Turn]) throws(FormatFault) {
        var members = try ObjectReader(message)
        let role = try members.string("role") ?? ""
        let content = members.value("content")
        guard let content else { throw FormatFault("content", "is required: a text or a list of blocks") }
        let parts = try FormatFault.within("content") { () throws(FormatFault) in
            try MessagesBlockReader.parts(content)
        }
        let extras = members.rest(of: .anthropicMessages)
        if role.reads("user") {
            readUser(parts, extras, into: &turns)
        } else if role.reads("assistant") {
            turns.append(Turn(.assistant, parts, extras: extras))
        } else if role.reads("system") {
            turns.append(Turn(.instruction(.system), parts, extras: extras))
        } else {
            throw FormatFault("role", "must be user, assistant or system")
        }
    }

    /// A user's message holds the results of calls too, which are a turn of their own before the rest.
    private static func readUser(_ parts: [Part], _ extras: Extras, into turns: inout [Turn]) {
        guard parts.contains(where: \.isResult) else { return turns.append(Turn(.user, parts, extras: extras)) }
        turns.append(Turn(.tool, parts.filter(\.isResult), extras: extras))
        let rest = parts.filter { !$0.isResult }
        if !rest.isEmpty { turns.append(Turn(.user, rest, extras: Extras(.anthropicMessages))) }
    }
}
