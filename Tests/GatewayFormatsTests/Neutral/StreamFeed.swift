// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

/// Takes the bytes of a recorded stream as they come, and gives the neutral events that a dialect's reader makes of them.
protocol StreamFeed {
    init()
    /// The events so far.
    var events: [AnswerEvent] { get }
    mutating func feed(_ bytes: ArraySlice<UInt8>) throws
}

/// A feed for dialects that stream server-sent events.
struct EventStreamFeed<Reader: AnswerStreamReader>: StreamFeed {
    private(set) var events: [AnswerEvent] = []
    private var reader = Reader()
    private var framing = EventStreamScanner()
    private var buffer: [UInt8] = []
    private let scanner = JSONScanner()

    init() {}

    mutating func feed(_ bytes: ArraySlice<UInt8>) throws {
        buffer += bytes
        let found = buffer.withUnsafeBytes { buffer in
            var found: [(name: JSONString?, data: [UInt8])] = []
            while let event = framing.next(in: buffer) {
                guard event.dataLineCount > 0 else { continue }
                let name = event.name.map { JSONString(String(decoding: buffer[$0], as: UTF8.self)) }
                found.append((name, event.joinedData(in: buffer)))
            }
            return found
        }
        buffer.removeFirst(framing.scannedOffset)
        framing.consumed(framing.scannedOffset)
        for event in found {
            if event.data.elementsEqual("[DONE]".utf8) {
                reader.readDone(into: &events)
            } else {
                try reader.read(event: event.name, scanner.parse(event.data).root, into: &events)
            }
        }
    }
}

extension StreamFeed {
    /// The events of a whole stream.
    static func events(of stream: [UInt8]) throws -> [AnswerEvent] {
        var feed = Self()
        try feed.feed(stream[...])
        return feed.events
    }

    /// Expects the events to be the same wherever the stream is cut in two, and byte by byte; gives the events.
    @discardableResult
    static func expectSameEvents(
        whereverCut stream: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [AnswerEvent] {
        let whole = try events(of: stream)
        var bytewise = Self()
        for index in stream.indices { try bytewise.feed(stream[index...index]) }
        #expect(bytewise.events == whole, "byte by byte", sourceLocation: sourceLocation)
        for cut in stream.indices {
            var feed = Self()
            try feed.feed(stream[..<cut])
            try feed.feed(stream[cut...])
            guard feed.events != whole else { continue }
            Issue.record("cut at byte \(cut), the events are others", sourceLocation: sourceLocation)
            break
        }
        return whole
    }
}
