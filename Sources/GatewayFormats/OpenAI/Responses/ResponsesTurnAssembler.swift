// SPDX-License-Identifier: Apache-2.0

/// Makes turns of the items of a request.
struct ResponsesTurnAssembler {
    private var instructions: [Instruction]
    private var turns: [Turn] = []
    private var sealsOfCalls: [JSONString: Seal] = [:]
    /// The calls of custom tools so far.
    private var customCalls: Set<JSONString> = []

    /// - instructions: what stands before the first item.
    init(_ instructions: [Instruction]) { self.instructions = instructions }

    mutating func add(_ item: ResponsesItem) {
        switch item {
        case .made(let parts): add(parts)
        case .message(.instruction(let role), let parts, let extras) where turns.isEmpty:
            instructions.append(Instruction(role, parts, extras: extras))
        case .message(let role, let parts, let extras): turns.append(Turn(role, parts, extras: extras))
        case .result(let part): add(result: part)
        case .sealOfCall(let call, let seal): sealsOfCalls[call] = seal
        }
    }

    func finish() -> (instructions: [Instruction], turns: [Turn]) {
        guard !sealsOfCalls.isEmpty else { return (instructions, turns) }
        var turns = turns
        for index in turns.indices { turns[index].parts.seal(with: sealsOfCalls) }
        return (instructions, turns)
    }

    private mutating func add(_ parts: [Part]) {
        if case .call(let call)? = parts.first?.content, call.arguments.isCustom, let id = call.id {
            customCalls.insert(id)
        }
        if let last = turns.last, last.role == .assistant, !last.ends(before: parts) {
            turns[turns.count - 1].parts += parts
        } else {
            turns.append(Turn(.assistant, parts, extras: Extras(.openAIResponses)))
        }
    }

    private mutating func add(result: Part) {
        var result = result
        if case .result(let content) = result.content, let id = content.callID, customCalls.contains(id) {
            result.extras.members.removeAll { $0.name.reads("type") }
        }
        if turns.last?.role == .tool {
            turns[turns.count - 1].parts.append(result)
        } else {
            turns.append(Turn(.tool, [result], extras: Extras(.openAIResponses)))
        }
    }
}

extension Turn {
    /// Whether a message directly after this one is a turn of its own: nothing else would tell the two apart. One with
    /// calls does not end before their results.
    fileprivate func ends(before message: [Part]) -> Bool {
        guard let last = parts.last, let first = message.first, last.isOfMessage, first.isOfMessage else {
            return false
        }
        guard last.id == nil || first.id == nil else { return false }
        return !parts.contains(where: \.isCall)
    }
}

extension Part {
    /// Whether it is a part of a message rather than an item of its own.
    var isOfMessage: Bool { isText || isRefusal }
}

extension [Part] {
    /// Gives each call the seal that belongs to it.
    mutating func seal(with seals: [JSONString: Seal]) {
        for index in indices {
            guard case .call(var call) = self[index].content, let id = call.id, let seal = seals[id] else { continue }
            call.seal = seal
            self[index].content = .call(call)
        }
    }
}
