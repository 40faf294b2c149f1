// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats

/// What the events of a stream add up to, for comparisons: pieces of text are joined.
struct AssembledAnswer: Equatable {
    var head: AnswerEvent.Head?
    /// By choice, in the order they opened.
    var parts: [Int: [Part]] = [:]
    var stops: [Int: Stop] = [:]
    var usage: Usage?
    var failure: ProviderError?
    var hasEnded = false

    /// - origin: of the parts.
    init(_ events: [AnswerEvent], origin: Format) {
        var places: [AnswerEvent.Place: Int] = [:]
        for event in events {
            switch event {
            case .began(let head): self.head = head
            case .opened(let place, let opening):
                places[place] = parts[place.choice, default: []].count
                parts[place.choice, default: []].append(Self.part(opening, origin))
            case .grew(let place, let growth):
                guard let index = places[place] else { continue }
                parts[place.choice]?[index].grow(growth)
            case .stopped(let choice, let stop): stops[choice] = stop
            case .used(let usage): self.usage = usage
            case .failed(let error): failure = error
            case .ended: hasEnded = true
            case .closed, .idle: break
            }
        }
    }

    private static func part(_ opening: AnswerEvent.Opening, _ origin: Format) -> Part {
        let extras = Extras(origin)
        return switch opening {
        case .text: Part(.text(""), extras: extras)
        case .refusal: Part(.refusal(""), extras: extras)
        case .reasoning(let isSummary): Part(.reasoning(Reasoning("", isSummary: isSummary)), extras: extras)
        case .call(let id, let name): Part(.call(ToolCall(id: id, name: name, arguments: .encoded(""))), extras: extras)
        case .whole(let part): part
        }
    }
}

extension Part {
    fileprivate mutating func grow(_ growth: AnswerEvent.Growth) {
        switch (content, growth) {
        case (.text(let text), .text(let more)): content = .text(JSONString(joining: [text, more]))
        case (.refusal(let text), .text(let more)): content = .refusal(JSONString(joining: [text, more]))
        case (.reasoning(var reasoning), .text(let more)):
            reasoning.text = JSONString(joining: [reasoning.text, more])
            content = .reasoning(reasoning)
        case (.reasoning(var reasoning), .seal(let seal)):
            reasoning.seal = seal
            content = .reasoning(reasoning)
        case (.call(var call), .arguments(let more)):
            if case .encoded(let sofar) = call.arguments {
                call.arguments = .encoded(JSONString(joining: [sofar, more]))
            }
            content = .call(call)
        case (.call(var call), .seal(let seal)):
            call.seal = seal
            content = .call(call)
        case (_, .opaque(_, let fragment)):
            extras.members.append(.init(name: "opaque", value: fragment))
        default: break
        }
    }
}
