// SPDX-License-Identifier: Apache-2.0

import GatewayFormats

/// Makes conversations at random, the same for the same seed, in the normal form that readers give:
///
/// - instructions first, of one message; later ones between an assistant's turn and a user's;
/// - users and the assistant take turns; calls are all answered, in their order, by one turn of results; nobody but the
///   user or a tool has the last word;
/// - the assistant's turns have reasoning first, then text, a refusal, calls; sealed reasoning and plain do not mix;
/// - no text is empty; a choice of tools only with tools; what goes without saying is not said.
///
/// Every text, name and datum holds a *marker* that stands nowhere else, so that it can be found wherever it went.
struct ConversationGenerator {
    /// What may occur.
    struct Features: OptionSet, Sendable {
        let rawValue: Int

        static let instructions = Features(rawValue: 1 << 0)
        static let lateInstructions = Features(rawValue: 1 << 1)
        static let names = Features(rawValue: 1 << 2)
        static let tools = Features(rawValue: 1 << 3)
        static let toolErrors = Features(rawValue: 1 << 4)
        static let images = Features(rawValue: 1 << 5)
        static let otherMedia = Features(rawValue: 1 << 6)
        static let resultMedia = Features(rawValue: 1 << 7)
        static let reasoning = Features(rawValue: 1 << 8)
        static let seals = Features(rawValue: 1 << 9)
        static let cacheMarks = Features(rawValue: 1 << 10)
        static let unicode = Features(rawValue: 1 << 11)
        static let sampling = Features(rawValue: 1 << 12)
        static let output = Features(rawValue: 1 << 13)
        static let effort = Features(rawValue: 1 << 14)
        static let identity = Features(rawValue: 1 << 15)
        static let refusals = Features(rawValue: 1 << 16)
        static let userAfterResults = Features(rawValue: 1 << 17)
        static let unknownFields = Features(rawValue: 1 << 18)

        /// What every dialect has.
        static let common: Features = [.instructions, .tools, .images, .unicode]
        static let all = Features(rawValue: (1 << 19) - 1)
    }

    var features: Features
    /// The dialect that the conversation is to have come in.
    let origin: Format
    var random: SeededGenerator
    /// How many markers were given out.
    var markers = 0
    let scanner = JSONScanner()

    init(seed: UInt64, origin: Format, features: Features = .all) {
        random = SeededGenerator(seed: seed)
        self.origin = origin
        self.features = features
    }

    var noExtras: Extras { Extras(origin) }

    mutating func has(_ feature: Features, in often: Int = 2) -> Bool {
        features.contains(feature) && random.chance(in: often)
    }

    /// The next conversation, of about half of the features at a time, so that what is lost of one does not hide another.
    mutating func next() -> Conversation {
        markers = 0
        let all = features
        defer { features = all }
        features.formIntersection(Features(rawValue: Int(truncatingIfNeeded: random.next() >> 8)))
        let model = JSONString("model-\(random.number(1...9))")
        var conversation = Conversation(model: model, extras: unknownFields())
        if features.contains(.tools) { conversation.tools = tools() }
        if features.contains(.instructions) { conversation.instructions = [instruction(.system)] }
        conversation.turns = turns(conversation.tools)
        addSettings(to: &conversation)
        return conversation
    }

    /// What a newer client may say.
    private mutating func unknownFields() -> Extras {
        guard has(.unknownFields, in: 3) else { return noExtras }
        let value = value(#"{"k":["\#(escapedWords())"]}"#).fragment
        return Extras(origin, [.init(name: JSONString("future_\(random.number(1...9))"), value: value)])
    }

    // MARK: Turns

    private mutating func turns(_ tools: [Tool]) -> [Turn] {
        let issuer = random.pick(Seal.Issuer.allCases)
        var turns = [user()]
        for _ in 0..<random.number(0...3) {
            let calls = tools.isEmpty || random.chance(in: 2) ? [] : calls(of: tools, issuer)
            turns.append(assistant(calls, issuer))
            if calls.isEmpty {
                if has(.lateInstructions, in: 3) { turns.append(lateInstruction()) }
                turns.append(user())
                continue
            }
            turns.append(Turn(.tool, calls.map { result(of: $0) }, extras: noExtras))
            if has(.userAfterResults, in: 3) { turns.append(user()) } else { turns.append(assistant([], issuer)) }
            if turns.last?.role == .assistant { turns.append(user()) }
        }
        return turns
    }

    private mutating func user() -> Turn {
        var parts = [text()]
        parts[0].extras = unknownFields()
        if has(.images) { parts.append(marked(.media(image()))) }
        if has(.otherMedia, in: 3) { parts.append(marked(.media(otherMedia()))) }
        if random.chance(in: 3) { parts.append(text()) }
        return Turn(.user, parts, name: has(.names, in: 3) ? marker("name") : nil, extras: noExtras)
    }

    private mutating func assistant(_ calls: [Part], _ issuer: Seal.Issuer) -> Turn {
        var parts: [Part] = []
        if has(.reasoning) { parts += thoughts(issuer) }
        if calls.isEmpty, has(.refusals, in: 6) {
            parts.append(Part(.refusal(words()), extras: noExtras))
        } else if calls.isEmpty || random.chance(in: 2) {
            parts.append(text())
        }
        return Turn(.assistant, parts + calls, extras: noExtras)
    }

    private mutating func thoughts(_ issuer: Seal.Issuer) -> [Part] {
        guard features.contains(.seals) else { return [part(.reasoning(Reasoning(words())))] }
        return (0..<random.number(1...2)).map { _ in part(.reasoning(sealedThought(issuer))) }
    }

    private mutating func sealedThought(_ issuer: Seal.Issuer) -> Reasoning {
        switch (issuer, random.chance(in: 3)) {
        case (.openAI, _):
            let seal = Seal(.openAI, .encrypted, base64(), id: marker("rs"))
            return Reasoning(words(), isSummary: true, seal: seal)
        case (_, true): return Reasoning("", seal: Seal(issuer, .encrypted, base64()))
        case (_, false): return Reasoning(words(), seal: Seal(issuer, .signature, base64()))
        }
    }

    private mutating func instruction(_ role: Instruction.Role) -> Instruction {
        let parts = (0..<random.number(1...2)).map { _ in text() }
        return Instruction(role, parts, extras: noExtras)
    }

    private mutating func lateInstruction() -> Turn {
        Turn(.instruction(.system), [part(.text(words()))], extras: noExtras)
    }

    // MARK: Calls

    private mutating func calls(of tools: [Tool], _ issuer: Seal.Issuer) -> [Part] {
        (0..<random.number(1...3)).map { number in
            let isSealed = issuer == .gemini && number == 0 && has(.seals)
            let call = ToolCall(
                id: callID(), name: random.pick(tools).name, arguments: arguments(),
                seal: isSealed ? Seal(.gemini, .signature, base64()) : nil)
            return part(.call(call))
        }
    }

    /// In the form that the dialect carries them in.
    private mutating func arguments() -> Arguments {
        if random.chance(in: 5) { return isEncoding ? .encoded("{}") : .empty }
        let object = value(
            #"{"text":"\#(escapedWords())","n":[1,-2.5e3,true,null],"deep":{"":{"k\\":"\#(escapedWords())"}}}"#)
        return isEncoding ? .encoded(JSONString(holding: object.fragment)) : .object(object.fragment)
    }

    private var isEncoding: Bool { origin == .openAIChat || origin == .openAIResponses }

    private mutating func result(of call: Part) -> Part {
        guard case .call(let call) = call.content else { return call }
        var content = [part(.text(words()))]
        if has(.resultMedia, in: 3) { content.append(part(.media(image()))) }
        return marked(
            .result(ToolResult(callID: call.id, content: content, isError: has(.toolErrors, in: 3))))
    }

    private mutating func tools() -> [Tool] {
        (0..<random.number(1...3)).map { _ in
            let schema = value(
                """
                {"type":"object","properties":{"\(marker("p").text)":{"type":"string","description":"\(escapedWords())"},\
                "n":{"type":"array","items":{"type":"number"}}},"required":["n"]}
                """)
            let strict: Bool? = random.chance(in: 3) ? true : nil
            return Tool(
                marker("tool"), description: random.chance(in: 4) ? nil : words(),
                .function(parameters: schema.fragment, strict: strict), cacheMark: cacheMark(in: 6),
                extras: unknownFields())
        }
    }

    // MARK: Parts

    private mutating func text() -> Part { marked(.text(words())) }

    private func part(_ content: Part.Content) -> Part { Part(content, extras: noExtras) }

    /// A part that may be marked for the cache.
    private mutating func marked(_ content: Part.Content) -> Part {
        Part(content, cacheMark: cacheMark(in: 5), extras: noExtras)
    }

    private mutating func cacheMark(in often: Int) -> CacheMark? {
        has(.cacheMarks, in: often) ? CacheMark(lifetime: random.pick([nil, "5m", "1h"])) : nil
    }

    private mutating func image() -> Media {
        if random.chance(in: 3) {
            return Media(.image, .url(JSONString("https://example.com/\(marker().text).png")))
        }
        return Media(.image, .data(base64()), mediaType: random.pick(["image/png", "image/jpeg"]))
    }

    private mutating func otherMedia() -> Media {
        switch random.number(0...2) {
        case 0: Media(.audio, .data(base64()), mediaType: "audio/wav")
        case 1: Media(.document, .data(base64()), mediaType: "application/pdf", name: marker("doc"))
        default: Media(.document, .text(words()), mediaType: "text/plain", name: marker("doc"))
        }
    }
}
