// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

/// What an event says, wherever it lies.
struct ReadEvent: Equatable, CustomStringConvertible {
    var name: String?
    var data: String?
    var lines: Int

    var description: String { "\(name ?? "-"):\(data ?? "-")/\(lines)" }
}

/// A stream with the events it holds.
struct StreamFixture: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let events: [ReadEvent]

    init(_ name: String, _ text: String, _ events: [ReadEvent]) {
        testDescription = name
        bytes = Array(text.utf8)
        self.events = events
    }
}

extension ReadEvent {
    static func data(_ text: String, name: String? = nil) -> ReadEvent {
        ReadEvent(name: name, data: text, lines: text.split(separator: "\n", omittingEmptySubsequences: false).count)
    }

    static let empty = ReadEvent(name: nil, data: nil, lines: 0)
}

/// Feeds a scanner as a connection would: bytes arrive in pieces, and what was found is dropped from the front.
struct StreamFeeder {
    private var scanner = EventStreamScanner()
    private var pending: [UInt8] = []
    private let drops: Bool
    private(set) var events: [ReadEvent] = []
    /// All bytes of all events, in order.
    private(set) var bytes: [UInt8] = []
    private var taken = 0

    init(drops: Bool = true) { self.drops = drops }

    mutating func feed(_ more: some Sequence<UInt8>) {
        pending += more
        while let event = pending.withUnsafeBytes({ scanner.next(in: $0) }) {
            read(event)
            #expect(event.range.lowerBound == taken)
            #expect(scanner.scannedOffset == event.range.upperBound)
            bytes += pending[event.range]
            taken = event.range.upperBound
        }
        guard drops else { return }
        pending.removeFirst(taken)
        scanner.consumed(taken)
        taken = 0
        #expect(scanner.scannedOffset == 0)
    }

    private mutating func read(_ event: EventStreamEvent) {
        let name = event.name.map { String(decoding: pending[$0], as: UTF8.self) }
        let joined = pending.withUnsafeBytes { event.joinedData(in: $0) }
        let data = event.dataLineCount == 0 ? nil : String(decoding: joined, as: UTF8.self)
        if let range = event.data { #expect(Array(pending[range]) == joined) }
        #expect((event.data != nil) == (event.dataLineCount == 1))
        events.append(ReadEvent(name: name, data: data, lines: event.dataLineCount))
    }
}

@Suite struct EventStreamScannerTests {
    static let fixtures: [StreamFixture] = [
        StreamFixture("nothing", "", []),
        StreamFixture("one event", "data: a\n\n", [.data("a")]),
        StreamFixture("CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", [.data("a"), .data("b")]),
        StreamFixture("CR", "data: a\r\rdata: b\r\r", [.data("a"), .data("b")]),
        StreamFixture(
            "mixed line ends", "data: a\r\n\ndata: b\n\r\ndata: c\r\r\ndata: d\n\n",
            [.data("a"), .data("b"), .data("c"), .data("d")]),
        StreamFixture(
            "CR, LF between events", "data: a\r\rdata: b\n\ndata: c\r\n\r\n", [.data("a"), .data("b"), .data("c")]),
        StreamFixture("half a CRLF at the end", "data: a\r\n\r\ndata: b\r\n\r", [.data("a")]),
        StreamFixture("no space after the colon", "data:a\n\n", [.data("a")]),
        StreamFixture("one of two spaces belongs to the value", "data:  a\n\n", [.data(" a")]),
        StreamFixture("a tab is no space", "data:\ta\n\n", [.data("\ta")]),
        StreamFixture("colons in the value", "data: a: b:c\n\n", [.data("a: b:c")]),
        StreamFixture("several data lines", "data: a\ndata: b\ndata:c\n\n", [.data("a\nb\nc")]),
        StreamFixture("several data lines in CRLF", "data: a\r\ndata: b\r\n\r\n", [.data("a\nb")]),
        StreamFixture("several data lines in CR", "data: a\rdata: b\r\r", [.data("a\nb")]),
        StreamFixture("an empty data line", "data:\n\n", [.data("")]),
        StreamFixture("data without a colon", "data\n\n", [.data("")]),
        StreamFixture("empty lines of data", "data\ndata:\ndata: \n\n", [.data("\n\n")]),
        StreamFixture("named", "event: ping\ndata: {}\n\n", [.data("{}", name: "ping")]),
        StreamFixture("name after the data", "data: {}\nevent:x\n\n", [.data("{}", name: "x")]),
        StreamFixture("the last name counts", "event: a\nevent: b\ndata: 1\n\n", [.data("1", name: "b")]),
        StreamFixture("a name without data", "event: a\n\n", [ReadEvent(name: "a", data: nil, lines: 0)]),
        StreamFixture(
            "a name does not outlive its event", "event: a\ndata: 1\n\ndata: 2\n\n",
            [.data("1", name: "a"), .data("2")]),
        StreamFixture("a comment", ": keep-alive\n\n", [.empty]),
        StreamFixture("a comment that looks like data", ":data: x\n\n", [.empty]),
        StreamFixture("a comment before data", ": OPENROUTER PROCESSING\ndata: a\n\n", [.data("a")]),
        StreamFixture("a comment between data", "data: a\n:\ndata: b\n\n", [.data("a\nb")]),
        StreamFixture("id and retry", "id: 1\nretry: 10\n\n", [.empty]),
        StreamFixture("an id with NUL", "id: a\0b\ndata: x\n\n", [.data("x")]),
        StreamFixture("unknown fields", "datax: 1\ndat: 2\nDATA: 3\n data: 4\nfoo\ndata: 5\n\n", [.data("5")]),
        StreamFixture("byte order mark", "\u{feff}data: a\n\ndata: b\n\n", [.data("a"), .data("b")]),
        StreamFixture("byte order mark, then a blank line", "\u{feff}\ndata: a\n\n", [.empty, .data("a")]),
        StreamFixture(
            "a second byte order mark is no such thing", "data: a\n\n\u{feff}data: b\n\n", [.data("a"), .empty]),
        StreamFixture("blank lines", "\n\ndata: a\n\n\n", [.empty, .empty, .data("a"), .empty]),
        StreamFixture("characters of many bytes", "data: é中😀\n\n", [.data("é中😀")]),
        StreamFixture("line separators are text", "data: a\u{2028}b\u{85}c\n\n", [.data("a\u{2028}b\u{85}c")]),
        StreamFixture("an unfinished event is none", "data: a\n\ndata: b\n", [.data("a")]),
        StreamFixture("an unfinished line is none", "data: a\n\ndata: b", [.data("a")]),
        StreamFixture("line ends alone", "\r\n\r\r\n\n", [.empty, .empty, .empty, .empty]),
        StreamFixture(
            "a chat", "data: {\"a\":1}\n\n: ping\n\ndata: {\"a\":2}\n\ndata: [DONE]\n\n",
            [.data("{\"a\":1}"), .empty, .data("{\"a\":2}"), .data("[DONE]")]),
    ]

    @Test("A stream read at once gives its events", arguments: fixtures)
    func atOnce(_ fixture: StreamFixture) {
        var feeder = StreamFeeder()
        feeder.feed(fixture.bytes)
        #expect(feeder.events == fixture.events)
        #expect(fixture.bytes.starts(with: feeder.bytes))
    }

    @Test("A stream cut in two anywhere gives the same events and bytes", arguments: fixtures)
    func cutInTwo(_ fixture: StreamFixture) {
        for cut in 0...fixture.bytes.count {
            var feeder = StreamFeeder()
            feeder.feed(fixture.bytes[..<cut])
            feeder.feed(fixture.bytes[cut...])
            #expect(feeder.events == fixture.events, "cut at \(cut)")
            #expect(fixture.bytes.starts(with: feeder.bytes))
        }
    }

    @Test("A stream cut in three anywhere gives the same events", arguments: fixtures.filter { $0.bytes.count <= 48 })
    func cutInThree(_ fixture: StreamFixture) {
        for first in 0...fixture.bytes.count {
            for second in first...fixture.bytes.count {
                var feeder = StreamFeeder()
                feeder.feed(fixture.bytes[..<first])
                feeder.feed(fixture.bytes[first..<second])
                feeder.feed(fixture.bytes[second...])
                #expect(feeder.events == fixture.events, "cut at \(first) and \(second)")
            }
        }
    }

    @Test("A stream read byte by byte gives the same events, dropped or kept", arguments: fixtures, [true, false])
    func byteByByte(_ fixture: StreamFixture, drops: Bool) {
        var feeder = StreamFeeder(drops: drops)
        for byte in fixture.bytes { feeder.feed(CollectionOfOne(byte)) }
        #expect(feeder.events == fixture.events)
        #expect(fixture.bytes.starts(with: feeder.bytes))
    }

    @Test(
        "An event is told as soon as its blank line is whole",
        arguments: ["data: a\n\n", "data: a\r\r", "data: a\r\n\r\n", "data: a\n\r"])
    func toldAtOnce(_ text: String) {
        var feeder = StreamFeeder()
        feeder.feed(text.utf8.dropLast())
        #expect(feeder.events.isEmpty)
        feeder.feed(text.utf8.suffix(1))
        #expect(feeder.events == [.data("a")])
    }

    @Test("The line feed of a CRLF is part of the event when it is there")
    func wholeLineEnd() throws {
        var scanner = EventStreamScanner()
        let bytes = Array("data: a\r\n\r\ndata: b\r\n\r\n".utf8)
        let first = try #require(bytes.withUnsafeBytes { scanner.next(in: $0) })
        let second = try #require(bytes.withUnsafeBytes { scanner.next(in: $0) })
        #expect(first.range == 0..<11)
        #expect(second.range == 11..<22)
        #expect(bytes.withUnsafeBytes { scanner.next(in: $0) } == nil)
    }

    @Test("A line feed that comes late is no blank line, and goes with its event once the stream has used CRLF")
    func lateLineFeed() {
        var feeder = StreamFeeder()
        feeder.feed("data: a\r\n\r".utf8)
        #expect(feeder.events.isEmpty)
        feeder.feed("\n".utf8)
        #expect(feeder.events == [.data("a")])
        feeder.feed("data: b\r\n\r\n".utf8)
        #expect(feeder.events == [.data("a"), .data("b")])
        #expect(feeder.bytes == Array("data: a\r\n\r\ndata: b\r\n\r\n".utf8))
    }

    @Test("A CR that no line feed follows after all is a line end of its own")
    func noLineFeed() {
        var feeder = StreamFeeder()
        feeder.feed("data: a\r\n\r".utf8)
        feeder.feed("data: b\n\n".utf8)
        #expect(feeder.events == [.data("a"), .data("b")])
    }

    @Test(
        "The event that a stream ends in is there with what it lacks, in the stream's own line ends",
        arguments: [
            ("data: a", "\n\n"), ("data: a\n", "\n"), ("data: a\r", "\r"), ("data: a\r\n", "\r\n"),
            ("data: a\r\n\r", "\n"), ("event: x\r\ndata: a", "\r\n\r\n"), ("event: x\rdata: a", "\r\r"),
            ("event: x\r\ndata: a\r", "\n\r\n"), ("event: x\ndata: a", "\n\n"), ("\u{feff}data: a", "\n\n"),
            ("data: b\ndata: a", "\n\n"),
        ])
    func unended(_ text: String, _ missing: String) throws {
        for start in ["", "data: first\n\n"] {
            let bytes = Array((start.isEmpty || text.first == "\u{feff}" ? text : start + text).utf8)
            var scanner = EventStreamScanner()
            while bytes.withUnsafeBytes({ scanner.next(in: $0) }) != nil {}
            let found = try #require(bytes.withUnsafeBytes { scanner.unended(in: $0) })
            #expect(found.event.range.upperBound == bytes.count)
            let joined = bytes.withUnsafeBytes { found.event.joinedData(in: $0) }
            #expect(joined.last == UInt8(ascii: "a"))
            if start.isEmpty || !text.contains("data: a\r") { #expect("\(found.missing)" == missing) }
            // With it, a reader sees the event.
            var reader = StreamFeeder()
            reader.feed(bytes + Array("\(found.missing)".utf8))
            #expect(reader.events.last?.data?.hasSuffix("a") == true)
            #expect(reader.bytes.count == bytes.count + "\(found.missing)".utf8.count)
        }
    }

    @Test(
        "Nothing begun, or nothing said, is no event",
        arguments: ["", "data: a\n\n", ": ping", "event: x\n", "data:", "data: \n", "id: 1"])
    func nothingUnended(_ text: String) {
        let bytes = Array(text.utf8)
        var scanner = EventStreamScanner()
        while bytes.withUnsafeBytes({ scanner.next(in: $0) }) != nil {}
        #expect(bytes.withUnsafeBytes { scanner.unended(in: $0) } == nil)
    }

    @Test("Places stay right when bytes are dropped in the middle of an event")
    func droppedInTheMiddle() throws {
        var scanner = EventStreamScanner()
        var bytes = Array("data: a\n\nevent: n\ndata: b\n".utf8)
        #expect(bytes.withUnsafeBytes { scanner.next(in: $0) } != nil)
        #expect(bytes.withUnsafeBytes { scanner.next(in: $0) } == nil)
        bytes.removeFirst(9)
        scanner.consumed(9)
        bytes += Array("\n".utf8)
        let event = try #require(bytes.withUnsafeBytes { scanner.next(in: $0) })
        #expect(event.name.map { String(decoding: bytes[$0], as: UTF8.self) } == "n")
        #expect(event.data.map { String(decoding: bytes[$0], as: UTF8.self) } == "b")
        #expect(event.range == 0..<bytes.count)
    }

    @Test("A long line that arrives in small pieces is looked at once")
    func longLine() {
        // Were each piece to begin at the line's start again, this would read 250 GB and not end.
        var scanner = EventStreamScanner()
        let line = Array("data: ".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20) + Array("\n\n".utf8)
        line.withUnsafeBytes { bytes in
            var found = 0
            for end in stride(from: 0, to: bytes.count, by: 2) {
                if scanner.next(in: UnsafeRawBufferPointer(rebasing: bytes[..<end])) != nil { found += 1 }
            }
            if let event = scanner.next(in: bytes) {
                found += 1
                #expect(event.data?.count == 1 << 20)
            }
            #expect(found == 1)
        }
    }
}
