// SPDX-License-Identifier: Apache-2.0

extension Conversation {
    /// About how many bytes it takes to write, a little more rather than less: what a writer makes room for at once.
    var size: Int {
        var size = 1024
        for instruction in instructions { size += instruction.parts.size }
        for turn in turns { size += turn.parts.size + 64 }
        for tool in tools { size += tool.size }
        for member in extras.members { size += member.value.bytes.count + 64 }
        return size
    }
}

extension [Part] {
    fileprivate var size: Int { reduce(0) { $0 + $1.size } }
}

extension Part {
    fileprivate var size: Int {
        let content: Int
        switch self.content {
        case .text(let text), .refusal(let text): content = text.escaped.count
        case .media(let media): content = media.size
        case .reasoning(let reasoning):
            content = reasoning.text.escaped.count + (reasoning.seal?.value.escaped.count ?? 0)
        case .call(let call): content = call.name.escaped.count + call.arguments.size
        case .result(let result): content = result.content.size + (result.structured?.bytes.count ?? 0)
        case .opaque(_, let fragment): content = fragment.bytes.count
        }
        return extras.members.reduce(content + 192) { $0 + $1.value.bytes.count + 64 }
    }
}

extension Media {
    fileprivate var size: Int {
        switch source {
        case .data(let text), .url(let text), .file(let text), .text(let text): text.escaped.count + 64
        }
    }
}

extension Arguments {
    /// Objects grow when they become strings.
    fileprivate var size: Int {
        switch self {
        case .object(let object): object.bytes.count * 9 / 8
        case .encoded(let text), .text(let text): text.escaped.count
        }
    }
}

extension Tool {
    fileprivate var size: Int {
        let definition: Int
        switch kind {
        case .function(let parameters, _): definition = parameters?.bytes.count ?? 0
        case .custom(let format): definition = format?.bytes.count ?? 0
        case .hosted(_, let fragment): definition = fragment.bytes.count
        }
        return definition + (description?.escaped.count ?? 0) + 128
    }
}
