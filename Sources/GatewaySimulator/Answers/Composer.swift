// SPDX-License-Identifier: Apache-2.0

/// An answer, whatever dialect it will be written in.
struct Reply: Sendable, Equatable {
    struct ToolCall: Sendable, Equatable {
        /// 16 hexadecimal digits; each dialect puts its own prefix before them.
        var id: String
        var name: String
        /// A JSON object.
        var arguments: JSON

        var bytes: Int { name.utf8.count + arguments.encoded.utf8.count }
    }

    enum Finish: Sendable, Equatable {
        case stop, length, toolCalls
        case stopSequence(String)
    }

    /// Reasoning that the client gets to see.
    var thinking: String?
    /// Tokens spent on reasoning, seen or not.
    var reasoningTokens = 0
    var text = ""
    var calls: [ToolCall] = []
    var finish = Finish.stop

    /// Bytes of what is not reasoning.
    var bytes: Int { text.utf8.count + calls.reduce(0) { $0 + $1.bytes } }
    var tokens: Int { reasoningTokens + Tokens.count(bytes: bytes) }
}

/// Decides what to answer. A function of the prompt, the directives and the seed alone.
struct Composer: Sendable {
    let seed: UInt64

    /// One reply for each choice that the prompt asks for.
    func replies(to prompt: Prompt, directives: Directives) -> [Reply] {
        (0..<prompt.choices).map { choice in
            var random = SplitMix(seed: Fingerprint.of(prompt.lastUserText, seed: seed &+ UInt64(choice)))
            var reply = Reply()
            think(prompt.reasoning, &reply, using: &random)
            reply.calls = toolCalls(for: prompt, using: &random)
            reply.finish = .toolCalls
            // Calls that the limit would cut give way to text that it does cut.
            if reply.calls.isEmpty || reply.tokens > prompt.maximumTokens ?? .max {
                reply.calls = []
                reply.finish = .stop
                reply.text = text(for: prompt, directives: directives, using: &random)
                stop(&reply, prompt)
                if directives.bigAnswer == nil { limit(&reply, to: prompt.maximumTokens) }
            }
            return reply
        }
    }

    private func think(_ reasoning: Prompt.Reasoning, _ reply: inout Reply, using random: inout SplitMix) {
        switch reasoning {
        case .none: return
        case .hidden(let tokens): reply.reasoningTokens = tokens
        case .shown(let most):
            let thought = "Let me see. " + Prose.sentences(using: &random)
            reply.thinking = Prose.shortened(thought, to: most * Tokens.bytesEach)
            reply.reasoningTokens = Tokens.count(bytes: reply.thinking?.utf8.count ?? 0)
        }
    }

    private func text(for prompt: Prompt, directives: Directives, using random: inout SplitMix) -> String {
        switch prompt.form {
        case .schema(let schema):
            var example = SchemaExample(schema: schema, seed: random.next())
            return example.make().encoded
        case .jsonObject:
            let object: JSON = ["you_said": .string(Prose.beginning(of: prompt.lastUserText)), "ok": true]
            return object.encoded
        case .text:
            return prose(for: prompt, directives: directives, using: &random)
        }
    }

    private func prose(for prompt: Prompt, directives: Directives, using random: inout SplitMix) -> String {
        let subject =
            prompt.toolResult.map { "The tool answered: \"\(Prose.beginning(of: $0))\"." }
            ?? "You said: \"\(Prose.beginning(of: prompt.lastUserText))\"."
        let text = "\(subject) \(Prose.sentences(using: &random))"
        if let size = directives.bigAnswer { return Prose.shortened(Prose.lengthened(text, to: size), to: size) }
        // Long enough that each of the chunks asked for holds something.
        return Prose.lengthened(text, to: (directives.chunks ?? 0) * Tokens.bytesEach)
    }

    private func stop(_ reply: inout Reply, _ prompt: Prompt) {
        let found = prompt.stops.filter { !$0.isEmpty }
            .compactMap { stop in reply.text.firstRange(of: stop).map { (stop: stop, at: $0.lowerBound) } }
            .min { $0.at < $1.at }
        guard let found else { return }
        reply.text = String(reply.text[..<found.at])
        reply.finish = .stopSequence(found.stop)
    }

    private func limit(_ reply: inout Reply, to most: Int?) {
        guard let most, reply.tokens > most else { return }
        reply.finish = .length
        reply.reasoningTokens = min(reply.reasoningTokens, most)
        reply.thinking = reply.thinking.map { Prose.shortened($0, to: most * Tokens.bytesEach) }
        reply.text = Prose.shortened(reply.text, to: (most - reply.reasoningTokens) * Tokens.bytesEach)
    }
}

// MARK: - Tool calls

extension Composer {
    /// A model told to call a tool does so until it has seen a result.
    private func toolCalls(for prompt: Prompt, using random: inout SplitMix) -> [Reply.ToolCall] {
        guard !prompt.tools.isEmpty, prompt.toolResult == nil, let tool = tool(for: prompt) else { return [] }
        let twice = prompt.allowsParallelCalls && mentions(prompt, "twice")
        return (0..<(twice ? 2 : 1)).map { _ in
            let id = random.next().hexadecimal
            var example = SchemaExample(schema: tool.parameters, seed: random.next())
            let arguments = example.make()
            return Reply.ToolCall(id: id, name: tool.name, arguments: arguments.fields == nil ? [:] : arguments)
        }
    }

    private func tool(for prompt: Prompt) -> Prompt.Tool? {
        switch prompt.toolChoice {
        case .forbidden: return nil
        case .named(let name): return prompt.tools.first { $0.name == name }
        case .required: break
        case .automatic: guard mentions(prompt, "use tool") || mentions(prompt, "weather") else { return nil }
        }
        return prompt.tools.first { mentions(prompt, $0.name.lowercased()) } ?? prompt.tools.first
    }

    /// Looks at the first 4 KiB of the last user text.
    private func mentions(_ prompt: Prompt, _ words: String) -> Bool {
        Prose.shortened(prompt.lastUserText, to: 4096).lowercased().contains(words)
    }
}
