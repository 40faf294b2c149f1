// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// Follows a provider's stream, event by event: what it uses, how far it is, and what may be forwarded.
package struct StreamMeter {
    private enum Dialect {
        case chat
        case responses
        case messages
    }

    private let dialect: Dialect
    private let hidesUsage: Bool
    private var progress = StreamProgress()
    private var anthropicUsage = AnthropicUsage()

    /// `hidesUsage`: whether chunks that hold usage alone are kept from the client, which did not ask for them.
    package init(endpoint: Endpoint, hidesUsage: Bool) {
        dialect =
            switch endpoint {
            case .chatCompletions, .completions, .embeddings: .chat
            case .responses: .responses
            case .messages, .countTokens: .messages
            }
        self.hidesUsage = hidesUsage
    }

    /// Takes note of `event`, found in `bytes`, and says what to do with it.
    package mutating func observe(
        _ event: EventStreamEvent, in bytes: UnsafeRawBufferPointer, scanner: JSONScanner
    ) -> StreamVerdict {
        guard progress.phase == .open else { return .afterEnd }
        let verdict: StreamVerdict
        if let data = event.data {
            let name = event.name.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
            verdict = observe(UnsafeRawBufferPointer(rebasing: bytes[data]), name: name, scanner: scanner)
        } else if event.dataLineCount == 0 {
            verdict = .forward
        } else {
            let name = event.name.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
            verdict = event.joinedData(in: bytes).withUnsafeBytes { observe($0, name: name, scanner: scanner) }
        }
        switch verdict {
        case .providerError, .broken: progress.phase = .failed
        case .forward, .hide, .afterEnd: break
        }
        return verdict
    }

    /// What the provider said the call used, in the end; nil while it has not, and when that cannot be believed.
    /// OpenAI: the last chunk with usage, or the response that the last event carries. Anthropic: `message_start` and
    /// `message_delta` merged field by field, later wins, known from `message_delta` on.
    package var usage: Usage? { checkedReading.usage }

    /// Whether the provider told a count that cannot be true, as in `AnswerFacts.flawed`.
    package var flawed: Bool { checkedReading.flawed }

    /// Whether the event was seen that ends a whole stream: `[DONE]`, `response.completed` or `response.incomplete`,
    /// `message_stop`.
    package var isComplete: Bool { progress.phase == .complete }

    /// Whether the provider said why it stopped generating. Without the event that ends the stream, it is not complete.
    package var sawFinish: Bool { progress.sawFinish }

    /// Raw length of the text delivered so far, for estimates.
    package var deliveredCharacters: Int { progress.deliveredCharacters }

    /// Whether any text was delivered.
    package var sawContent: Bool { progress.deliveredCharacters > 0 }

    /// The model that the provider says is answering.
    package var model: String? { progress.model }

    /// What the call is to be billed for, were it to end now: the provider's counts when it told them, else an estimate
    /// of what was delivered, upon the input as far as the provider told it, or `estimatedPrompt`.
    package func billable(estimatedPrompt: Int64) -> (usage: Usage, source: UsageSource) {
        if let usage { return (usage, .provider) }
        let completion = TokenEstimate.tokens(characters: deliveredCharacters)
        let told = dialect == .messages ? anthropicUsage.interrupted(completion: completion) : nil
        return (told ?? Usage(prompt: estimatedPrompt, completion: completion), .estimated)
    }

    private var checkedReading: UsageReading { progress.reading.checked(against: progress.deliveredCharacters) }

    private mutating func observe(
        _ data: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer?, scanner: JSONScanner
    ) -> StreamVerdict {
        if data.isEmpty { return .forward }
        if data.starts(with: UnsafeRawBufferPointer("[DONE]")) { return observeDone() }
        let fields: JSONFields
        do throws(JSONFault) {
            fields = try scanner.scan(data, padded: false, for: shape)
        } catch {
            return .broken("not valid JSON: \(error.located(in: data))")
        }
        guard fields.root == .object else { return .broken("\(fields.root.noun) instead of a JSON object") }
        let event = StreamEvent(fields: fields, data: data, name: name)
        switch dialect {
        case .chat: return ChatStream.observe(event, hidesUsage: hidesUsage, progress: &progress)
        case .responses: return ResponsesStream.observe(event, progress: &progress)
        case .messages: return MessagesStream.observe(event, usage: &anthropicUsage, progress: &progress)
        }
    }

    private mutating func observeDone() -> StreamVerdict {
        guard dialect == .chat else { return .broken("[DONE] before the event that ends a stream of this dialect") }
        progress.phase = .complete
        return .forward
    }

    private var shape: JSONShape {
        switch dialect {
        case .chat: ChatStream.shape
        case .responses: ResponsesStream.shape
        case .messages: MessagesStream.shape
        }
    }
}

/// One event's data, scanned.
struct StreamEvent {
    let fields: JSONFields
    let data: UnsafeRawBufferPointer
    let name: UnsafeRawBufferPointer?

    /// Whether the event calls itself `type`: in its data, or where that says nothing by its name.
    func isOf(_ type: StaticString, field: JSONField) -> Bool {
        if field.kind == .string { return JSONText.at(field.range, in: data, is: type) }
        return name?.elementsEqual(UnsafeRawBufferPointer(type)) ?? false
    }
}
