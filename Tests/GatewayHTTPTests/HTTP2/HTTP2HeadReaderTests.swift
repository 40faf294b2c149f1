// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("Request heads of HTTP/2")
struct HTTP2HeadReaderTests {
    private static let translated = (HeadCase.served + HeadCase.distrusted).flatMap { head in
        ["host", ":authority"].compactMap { head.overHTTP2(hostAs: $0) }
    }

    @Test("what HTTP/1 accepts or refuses, HTTP/2 accepts or refuses", arguments: translated)
    func agrees(_ fields: HeadCase.Fields) {
        #expect(verdict(on: fields) == fields.verdict)
    }

    @Test("most of the corpus can be said in HTTP/2")
    func coverage() {
        #expect(Self.translated.count > 200)
    }

    private static let start = [(":method", "POST"), (":scheme", "https"), (":path", "/v1/x"), (":authority", "gw")]

    private static func fields(
        _ name: String, _ pairs: [(String, String)], endsStream: Bool = true, _ verdict: HeadCase.Verdict
    ) -> HeadCase.Fields {
        HeadCase.Fields(name: name, pairs: pairs.map { ($0, $1) }, endsStream: endsStream, verdict: verdict)
    }

    private static func refused(_ name: String, _ more: [(String, String)], endsStream: Bool = true) -> HeadCase.Fields
    {
        fields(name, start + more, endsStream: endsStream, .refused(400))
    }

    private static let pseudoFields: [HeadCase.Fields] =
        start.map { missing in
            // The host alone may be missing there, and then stands in a field of its own.
            fields("without \(missing.0)", start.filter { $0.0 != missing.0 }, .refused(400))
        }
        + start.map { refused("\($0.0) twice", [$0]) }
        + [
            refused("an unknown pseudo-header field", [(":version", "2")]),
            refused("an answer's pseudo-header field", [(":status", "200")]),
            refused("extended CONNECT", [(":protocol", "websocket")]),
            fields("a pseudo-header field after others", [("x-a", "b")] + start, .refused(400)),
            fields("a host before the pseudo-header fields", [("host", "gw")] + start, .refused(400)),
            fields("CONNECT", [(":method", "CONNECT"), (":authority", "gw:443")], .refused(400)),
            fields("an empty authority", start.dropLast() + [(":authority", "")], .refused(400)),
            fields("an empty method", [(":method", "")] + start.dropFirst(), .refused(400)),
        ]
        + ["", "ftp", "file", "HTTPS", "https:", "javascript"].map {
            fields("scheme \($0)", [start[0], (":scheme", $0), start[2], start[3]], .refused(400))
        }
        + ["", "*", "v1/x", "gw:443", "http://gw/v1/x", "/v1/x y", " /v1/x", "/v1/\u{0}x", "/v1/x\r\n", "/v1/ï"].map {
            fields("path \($0)", [start[0], start[1], (":path", $0), start[3]], .refused(400))
        }

    private static let regularFields: [HeadCase.Fields] = [
        refused("another host", [("host", "evil")]),
        refused("the same host with a port", [("host", "gw:443")]),
        refused("the same host twice more", [("host", "gw"), ("host", "gw")]),
        refused("TE with something beside trailers", [("te", "trailers, deflate")]),
        refused("TE with a coding", [("te", "gzip")]),
        refused("a name in capitals", [("X-A", "b")]),
        refused("an empty name", [("", "b")]),
        refused("a name with a colon", [("x:a", "b")]),
        refused("a value that starts with a space", [("x-a", " b")]),
        refused("a value that ends with a tab", [("x-a", "b\t")]),
        refused("a signed length", [("content-length", "+4")], endsStream: false),
        refused("two equal lengths", [("content-length", "4"), ("content-length", "4")], endsStream: false),
        refused("a length, and no body", [("content-length", "4")]),
    ]

    @Test("what only HTTP/2 can get wrong is refused", arguments: pseudoFields + regularFields)
    func refuses(_ fields: HeadCase.Fields) {
        #expect(verdict(on: fields) == fields.verdict)
    }

    @Test("a body ends with its length, or with its stream")
    func framings() throws {
        let cases: [([(String, String)], Bool, BodyFraming)] = [
            ([], true, .none), ([], false, .untilClose), ([("content-length", "4")], false, .length(4)),
            ([("content-length", "0")], true, .none), ([("content-length", "0")], false, .length(0)),
        ]
        for (more, endsStream, framing) in cases {
            let head = Self.fields("", Self.start + more, endsStream: endsStream, .refused(0))
            #expect(try head.read().get().framing == framing)
        }
    }

    @Test("the host is where HTTP/1 has it, whichever field named it")
    func host() throws {
        let cases = [
            Self.start, Self.start.dropLast() + [("host", "gw")], Self.start + [("host", "gw")],
            Self.start + [("host", "GW")],
        ]
        for pairs in cases {
            let fields = try Self.fields("", pairs, .refused(0)).read().get().fields
            #expect(fields.count(.host) == 1 && fields.first(.host).map(fields.text)?.lowercased() == "gw")
        }
    }

    @Test("leave to send is asked for only by who has something to send")
    func expectation() throws {
        for endsStream in [false, true] {
            let fields = Self.fields("", Self.start + [("expect", "100-continue")], endsStream: endsStream, .refused(0))
            #expect(try fields.read().get().expectsContinue == !endsStream)
        }
    }

    @Test("limits are the caller's, and count as HTTP/1 would")
    func limits() {
        let fields = Self.fields("", Self.start + [("x-a", "1")], .refused(0))
        let size = fields.pairs.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        #expect(throws: Never.self) { try fields.read(limits: HeadLimits(bytes: size, fields: 2)).get() }
        #expect(throws: HTTPFault(431, "the request head is too large")) {
            try fields.read(limits: HeadLimits(bytes: size - 1, fields: 2)).get()
        }
        #expect(throws: HTTPFault(431, "there are too many header fields")) {
            try fields.read(limits: HeadLimits(bytes: size, fields: 1)).get()
        }
    }

    @Test(
        "trailers that say what only a header may are refused, over chunks and over HTTP/2 alike",
        arguments: ["content-length", "transfer-encoding", "host", "authorization", "x-api-key", "x-checksum"])
    func trailers(_ name: String) throws {
        var trailers = FieldTable()
        try trailers.add(name: name.utf8, value: "3".utf8)
        var decoder = BodyDecoder(.chunked)
        let bytes = Array("0\r\n\(name): 3\r\n\r\n".utf8)
        var offset = 0
        if name == "x-checksum" {
            try trailers.checkAsTrailers()
            #expect(try decoder.next(bytes.span, &offset) == .end)
        } else {
            #expect(throws: HTTPFault.self) { try trailers.checkAsTrailers() }
            #expect(throws: HTTPFault.self) { try decoder.next(bytes.span, &offset) }
        }
    }

    private func verdict(on fields: HeadCase.Fields) -> HeadCase.Verdict {
        switch fields.read() {
        case .success(let head): .accepted(HeadCase.Accepted(head))
        case .failure(let fault): .refused(fault.status)
        }
    }
}
