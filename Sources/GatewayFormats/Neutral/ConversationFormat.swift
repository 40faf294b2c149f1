// SPDX-License-Identifier: Apache-2.0

/// A dialect's format for conversations: reads and writes requests, answers and streams of it. Each direction goes through
/// the neutral form, so that N dialects need N readers and N writers.
package protocol ConversationFormat: SendableMetatype {
    /// Which format this is.
    static var format: Format { get }

    /// Reads a request. What the neutral form does not know is kept in `extras`; what is no valid request of the dialect is
    /// refused with the field at fault.
    static func read(_ body: JSONValue) throws(FormatFault) -> Conversation

    /// Writes a request for a target that follows `rules`. Every field that is not simply kept goes into `report`, named as
    /// in the dialect it came in.
    static func write(
        _ conversation: Conversation, _ rules: TargetRules, _ report: inout LossReport, _ scanner: JSONScanner
    ) throws(FormatFault) -> [UInt8]

    /// Refuses a conversation of this dialect that cannot be had in another, because a part of it lies at the provider. To
    /// be asked before another dialect's writer gets it: that would leave out what it does not know.
    static func checkTransferable(_ conversation: Conversation, _ scanner: JSONScanner) throws(FormatFault)

    static func readAnswer(_ body: JSONValue) throws(FormatFault) -> Answer
    static func writeAnswer(_ answer: Answer, _ report: inout LossReport, _ scanner: JSONScanner) -> [UInt8]

    /// The same for dialects whose answers repeat the settings of the request that they answer.
    static func writeAnswer(
        _ answer: Answer, to request: Conversation?, _ report: inout LossReport, _ scanner: JSONScanner
    ) -> [UInt8]

    associatedtype StreamReader: AnswerStreamReader
    associatedtype StreamWriter: AnswerStreamWriter
}

extension ConversationFormat {
    /// Refuses what cannot be said in another dialect and must not be left out.
    package static func checkTransferable(_: Conversation, _: JSONScanner) throws(FormatFault) {}

    /// A neutral answer as a body of this dialect.
    package static func writeAnswer(
        _ answer: Answer, to request: Conversation?, _ report: inout LossReport, _ scanner: JSONScanner
    ) -> [UInt8] {
        writeAnswer(answer, &report, scanner)
    }
}

/// Makes neutral events of a provider's stream. A value: each stream has its own.
package protocol AnswerStreamReader: Sendable {
    init()

    /// Takes one event of the stream (of an event stream: its type and data; of others the frame's name and body) and
    /// appends what it means. Unknown events mean nothing.
    mutating func read(event: JSONString?, _ data: JSONValue, into events: inout [AnswerEvent]) throws(FormatFault)

    /// Takes the terminal line that is no JSON, `[DONE]`.
    mutating func readDone(into events: inout [AnswerEvent])

    /// Takes the orderly end of the stream's bytes, which is the only sign of the end in a dialect without a terminal event
    /// (Gemini): what was held back until then comes out, `ended` if the answer is whole.
    mutating func readEnd(into events: inout [AnswerEvent])
}

extension AnswerStreamReader {
    /// Takes the end of the stream.
    package mutating func readEnd(into events: inout [AnswerEvent]) {}
}

/// Makes a client's stream of neutral events. A value: each stream has its own.
package protocol AnswerStreamWriter: Sendable {
    /// - wantsUsage: whether the client asked to be told the usage, in dialects where that is a choice.
    init(wantsUsage: Bool)

    /// The same for dialects whose streams repeat the settings of the request that they answer.
    init(wantsUsage: Bool, answering request: Conversation?)

    /// Appends the bytes that tell the client of `event`, framed as the dialect streams.
    mutating func write(_ event: AnswerEvent, into bytes: inout [UInt8])
}

extension AnswerStreamWriter {
    package init(wantsUsage: Bool, answering request: Conversation?) { self.init(wantsUsage: wantsUsage) }
}

/// Why a body is not what its dialect says it should be.
package struct FormatFault: Error, Sendable, Equatable {
    /// What is wrong and what to do: "must be a string, not a number".
    package var message: String
    /// Where, as the dialect's documents write paths: `messages[2].content[0].type`.
    package var path: String

    package init(_ path: String, _ message: String) {
        self.path = path
        self.message = message
    }
}
