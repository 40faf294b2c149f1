// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP

extension HeadCase {
    /// Heads that two readers could read in two ways, or that no reader should trust.
    static let distrusted: [HeadCase] =
        requestLines + targetsRefused + hostsRefused + framingsRefused + connectionsRefused + fieldsRefused + tooLarge

    private static let requestLines: [HeadCase] = [
        .refused(400, "two spaces after the method", "POST  /v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "two spaces before the version", "POST /v1/x  HTTP/1.1\nHost: gw"),
        .refused(400, "a tab after the method", "POST\t/v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "a tab before the version", "POST /v1/x\tHTTP/1.1\nHost: gw"),
        .refused(400, "a leading space", " POST /v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "a leading empty line", "\nPOST /v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "a trailing space", "POST /v1/x HTTP/1.1 \nHost: gw"),
        .refused(400, "a method that is no token", "G@T /v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "a method in brackets", "(POST) /v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "no method", "/v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "no target", "POST HTTP/1.1\nHost: gw"),
        .refused(400, "no version", "POST /v1/x\nHost: gw"),
        .refused(400, "a method alone", "POST"),
        .refused(400, "HTTP/0.9", "GET /v1/x HTTP/0.9\nHost: gw"),
        .refused(400, "HTTP/1.2", "GET /v1/x HTTP/1.2\nHost: gw"),
        .refused(400, "HTTP/2.0", "GET /v1/x HTTP/2.0\nHost: gw"),
        .refused(400, "HTTP/1.10", "GET /v1/x HTTP/1.10\nHost: gw"),
        .refused(400, "HTTP/01.1", "GET /v1/x HTTP/01.1\nHost: gw"),
        .refused(400, "http/1.1", "GET /v1/x http/1.1\nHost: gw"),
        .refused(400, "another protocol", "GET /v1/x ICAP/1.1\nHost: gw"),
        .refused(400, "HTTP/2's preface", "PRI * HTTP/2.0"),
        .refused(400, "a bare carriage return in the line", bytes: Array("POST /v1/x HTTP/1.1\rHost: gw\r\n\r\n".utf8)),
        .refused(400, "a bare line feed in the line", bytes: Array("POST /v1/x HTTP/1.1\nHost: gw\r\n\r\n".utf8)),
        .refused(400, "a NUL in the method", bytes: Array("PO\0ST /v1/x HTTP/1.1\r\nHost: gw\r\n\r\n".utf8)),
        .refused(400, "a TLS hello", bytes: [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x0d, 0x0a, 0x0d, 0x0a]),
        .refused(400, "an SSH banner", "SSH-2.0-OpenSSH_9.9"),
        .refused(400, "a PROXY line", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\nPOST /v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "nothing", bytes: Array("\r\n\r\n".utf8)),
    ]

    private static let targetsRefused: [HeadCase] = [
        .refused(400, "a fragment", "GET /v1/x#frag HTTP/1.1\nHost: gw"),
        .refused(400, "a fragment in the query", "GET /v1/x?q#frag HTTP/1.1\nHost: gw"),
        .refused(400, "an asterisk", "OPTIONS * HTTP/1.1\nHost: gw"),
        .refused(400, "authority form", "CONNECT gw:443 HTTP/1.1\nHost: gw:443"),
        .refused(400, "a path without a slash", "GET v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "absolute form of another host", "GET http://evil/v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "absolute form of another port", "GET http://gw:81/v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "absolute form of a longer host", "GET http://gw.evil/v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "absolute form with user", "GET http://gw@evil/v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "absolute form with this host as user", "GET http://evil@gw/v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "absolute form without a path", "GET http://gw HTTP/1.1\nHost: gw"),
        .refused(400, "absolute form without a path but a query", "GET http://gw?/v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "absolute form of scheme file", "GET file://gw/v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "absolute form of scheme ftp", "GET ftp://gw/v1/x HTTP/1.1\nHost: gw"),
        .refused(400, "absolute form in HTTP/1.0 without a Host", "GET http://gw/v1/x HTTP/1.0"),
        .refused(400, "a byte beyond ASCII", "GET /v1/ï HTTP/1.1\nHost: gw"),
        .refused(400, "a NUL in the path", bytes: Array("GET /v1/\0x HTTP/1.1\r\nHost: gw\r\n\r\n".utf8)),
        .refused(400, "a DEL in the path", bytes: Array("GET /v1/\u{7f}x HTTP/1.1\r\nHost: gw\r\n\r\n".utf8)),
        .refused(400, "a carriage return in the path", bytes: Array("GET /v1/\rx HTTP/1.1\r\nHost: gw\r\n\r\n".utf8)),
        .refused(400, "a quote in the path", "GET /v1/\"x HTTP/1.1\nHost: gw"),
        .refused(400, "an angle bracket in the query", "GET /v1/x?<script> HTTP/1.1\nHost: gw"),
    ]

    private static let hostsRefused: [HeadCase] =
        [
            .refused(400, "no Host", "GET /v1/x HTTP/1.1\nAccept: */*"),
            .refused(400, "no field at all", "GET /v1/x HTTP/1.1"),
            .refused(400, "an empty Host", "GET /v1/x HTTP/1.1\nHost:"),
            .refused(400, "two equal Hosts", "GET /v1/x HTTP/1.1\nHost: gw\nHost: gw"),
            .refused(400, "two different Hosts", "GET /v1/x HTTP/1.1\nHost: gw\nHost: evil"),
            .refused(400, "two Hosts in HTTP/1.0", "GET /v1/x HTTP/1.0\nHost: gw\nHost: gw"),
        ]
        + [
            "gw/healthz?x=", "gw#", "gw?", "user@gw", "gw@evil", "gw:99999", "gw:65536", "gw:123456", "gw:8o", "gw:-1",
            "gw:80:80", "g w", "gw, evil", "[::1", "::1", "[]", "[:]", "[::1]x", "[::1]]", "[::g]", "[::1]:x",
            "[::1]:99999", ":80",
            "gw%2f", "gw\\evil", "gẅ", "*",
        ].map { .refused(400, "Host \($0)", "GET /v1/x HTTP/1.1\nHost: \($0)") }

    private static let framingsRefused: [HeadCase] = [
        .refusedFields(400, "length and chunked", "Content-Length: 4\nTransfer-Encoding: chunked"),
        .refusedFields(400, "chunked and length", "Transfer-Encoding: chunked\nContent-Length: 4"),
        .refusedFields(400, "two equal lengths", "Content-Length: 4\nContent-Length: 4"),
        .refusedFields(400, "two different lengths", "Content-Length: 4\nContent-Length: 5"),
        .refusedFields(400, "a list of lengths", "Content-Length: 4, 4"),
        .refusedFields(400, "an empty length", "Content-Length:"),
        .refusedFields(400, "a negative length", "Content-Length: -4"),
        .refusedFields(400, "a signed length", "Content-Length: +4"),
        .refusedFields(400, "a hexadecimal length", "Content-Length: 0x4"),
        .refusedFields(400, "a length with a fraction", "Content-Length: 4.0"),
        .refusedFields(400, "a length with an underscore", "Content-Length: 4_0"),
        .refusedFields(400, "a length with a space inside", "Content-Length: 4 0"),
        .refusedFields(413, "a length of 2⁶³-1", "Content-Length: 9223372036854775807"),
        .refusedFields(413, "a length of 2⁶⁴+4", "Content-Length: 18446744073709551620"),
        .refusedFields(413, "a length of 400 digits", "Content-Length: " + String(repeating: "9", count: 400)),
        .refusedFields(400, "xchunked", "Transfer-Encoding: xchunked"),
        .refusedFields(400, "chunkedx", "Transfer-Encoding: chunkedx"),
        .refusedFields(400, "a vertical tab before chunked", "Transfer-Encoding: \u{b}chunked"),
        .refusedFields(400, "chunked, identity", "Transfer-Encoding: chunked, identity"),
        .refusedFields(400, "identity", "Transfer-Encoding: identity"),
        .refusedFields(400, "an empty coding", "Transfer-Encoding:"),
        .refusedFields(400, "chunked with a parameter", "Transfer-Encoding: chunked;q=1"),
        .refusedFields(400, "chunked in quotes", "Transfer-Encoding: \"chunked\""),
        .refusedFields(501, "gzip, chunked", "Transfer-Encoding: gzip, chunked"),
        .refusedFields(501, "chunked, chunked", "Transfer-Encoding: chunked, chunked"),
        .refusedFields(400, "gzip alone", "Transfer-Encoding: gzip"),
        .refusedFields(400, "two fields of chunked", "Transfer-Encoding: chunked\nTransfer-Encoding: chunked"),
        .refusedFields(
            400, "identity, then chunked, in two fields", "Transfer-Encoding: identity\nTransfer-Encoding: chunked"),
        .refused(400, "chunked in HTTP/1.0", "POST /v1/x HTTP/1.0\nHost: gw\nTransfer-Encoding: chunked"),
        .refusedFields(417, "an unknown expectation", "Content-Length: 4\nExpect: 200-ok"),
        .refusedFields(417, "two expectations", "Content-Length: 4\nExpect: 100-continue\nExpect: 100-continue"),
        .refusedFields(417, "a list of expectations", "Content-Length: 4\nExpect: 100-continue, x"),
    ]

    private static let connectionsRefused: [HeadCase] =
        [
            "content-length", "Content-Length", "host", "authorization", "x-api-key", "api-key", "x-goog-api-key",
            "transfer-encoding", "content-type", "expect", "close, authorization", "cookie", "proxy-authorization",
        ].map { .refusedFields(400, "Connection names \($0)", "Connection: \($0)") }

    private static let fieldsRefused: [HeadCase] = [
        .refusedFields(400, "a folded line", "X-A: b\n c"),
        .refusedFields(400, "a line folded with a tab", "X-A: b\n\tc"),
        .refused(400, "a folded first field", "GET /v1/x HTTP/1.1\n Host: gw"),
        .refusedFields(400, "white space before the colon", "Content-Length : 4"),
        .refusedFields(400, "a tab before the colon", "Content-Length\t: 4"),
        .refusedFields(400, "no colon", "Content-Length"),
        .refusedFields(400, "no name", ": value"),
        .refusedFields(400, "a name with a space", "X A: b"),
        .refusedFields(400, "a name with a slash", "X/A: b"),
        .refusedFields(400, "a name beyond ASCII", "X-Ä: b"),
        .refused(400, "a NUL in a value", bytes: Array("GET /v1/x HTTP/1.1\r\nHost: gw\r\nX-A: b\0c\r\n\r\n".utf8)),
        .refused(400, "a NUL in a name", bytes: Array("GET /v1/x HTTP/1.1\r\nHost: gw\r\nX\0A: b\r\n\r\n".utf8)),
        .refused(
            400, "a carriage return in a value",
            bytes: Array("GET /v1/x HTTP/1.1\r\nHost: gw\r\nX-A: b\rc\r\n\r\n".utf8)),
        .refused(
            400, "a line feed in a value", bytes: Array("GET /v1/x HTTP/1.1\r\nHost: gw\r\nX-A: b\nX-B: c\r\n\r\n".utf8)
        ),
        .refused(
            400, "an escape character in a value",
            bytes: Array("GET /v1/x HTTP/1.1\r\nHost: gw\r\nX-A: \u{1b}[31m\r\n\r\n".utf8)),
        .refused(400, "a DEL in a value", bytes: Array("GET /v1/x HTTP/1.1\r\nHost: gw\r\nX-A: b\u{7f}\r\n\r\n".utf8)),
        .refused(
            400, "a carriage return before the end", bytes: Array("GET /v1/x HTTP/1.1\r\nHost: gw\r\r\n\r\n".utf8)),
    ]

    private static let tooLarge: [HeadCase] = [
        .refusedFields(431, "101 fields", (1...100).map { "X-\($0): v" }.joined(separator: "\n")),
        .refusedFields(431, "a field of 64 KiB", "X-A: " + String(repeating: "a", count: 64 << 10)),
        .refused(431, "a target of 64 KiB", "GET /" + String(repeating: "a", count: 64 << 10) + " HTTP/1.1\nHost: gw"),
    ]
}
