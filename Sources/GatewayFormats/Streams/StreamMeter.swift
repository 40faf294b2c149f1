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

    /// What the provider said the whole answer used; `none` while it has not. OpenAI: the last chunk with usage, once there
    /// is a reason for the end; or the response that the last event carries. Anthropic: `message_start` and `message_delta`
    /// merged field by field, later wins, told with the output of `message_delta`.
    package var reading: UsageReading { progress.reading.checked(against: progress.deliveredCharacters) }

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

    /// What the call is to be billed, were it to end now, well or badly: what the provider said of the whole; else the
    /// input as far as it was told, or `estimatedPrompt`, and of the output the larger of what was told and an estimate of
    /// what was delivered.
    package func billable(estimatedPrompt: Int64) -> MeteredUsage {
        reading.metered(orElse: estimate(estimatedPrompt))
    }

    private func estimate(_ estimatedPrompt: Int64) -> Usage {
        let delivered = TokenEstimate.tokens(characters: progress.deliveredCharacters)
        // Some servers begin with zeros, which say nothing: no prompt is empty.
        guard var usage = progress.partial.usage, usage.prompt > 0 else {
            return Usage(prompt: estimatedPrompt, completion: delivered)
        }
        usage.completion = max(usage.completion, delivered)
        return usage
    }

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
        ChatStream.end(&progress)
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
