// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP

extension HeadCase {
    /// Heads that are served.
    static let served: [HeadCase] = methods + targets + hosts + framings + connections + fieldForms

    private static let methods: [HeadCase] = [
        .accepted("POST", "POST /v1/x HTTP/1.1\nHost: gw"),
        .accepted("GET", "GET /v1/x HTTP/1.1\nHost: gw") { $0.method = .get },
        .accepted("HEAD", "HEAD /v1/x HTTP/1.1\nHost: gw") { $0.method = .head },
        .accepted("PUT", "PUT /v1/x HTTP/1.1\nHost: gw") { $0.method = .put },
        .accepted("PATCH", "PATCH /v1/x HTTP/1.1\nHost: gw") { $0.method = .patch },
        .accepted("DELETE", "DELETE /v1/x HTTP/1.1\nHost: gw") { $0.method = .delete },
        .accepted("OPTIONS", "OPTIONS /v1/x HTTP/1.1\nHost: gw") { $0.method = .options },
        .accepted("TRACE is no method of ours", "TRACE /v1/x HTTP/1.1\nHost: gw") { $0.method = .other },
        .accepted("CONNECT with a path", "CONNECT /v1/x HTTP/1.1\nHost: gw") { $0.method = .other },
        .accepted("an unknown method", "SLUDGE /v1/x HTTP/1.1\nHost: gw") { $0.method = .other },
        .accepted("methods are case-sensitive", "post /v1/x HTTP/1.1\nHost: gw") { $0.method = .other },
        .accepted("every token character", "!#$%&'*+-.^_`|~09AZaz /v1/x HTTP/1.1\nHost: gw") { $0.method = .other },
    ]

    private static let targets: [HeadCase] = [
        .accepted("the root", "POST / HTTP/1.1\nHost: gw") { $0.path = "/" },
        .accepted("a query", "POST /v1/x?a=b&c=%20/? HTTP/1.1\nHost: gw") { $0.query = "a=b&c=%20/?" },
        .accepted("an empty query", "POST /v1/x? HTTP/1.1\nHost: gw") { $0.query = "" },
        .accepted("absolute form of this host", "POST http://gw/v1/x HTTP/1.1\nHost: gw"),
        .accepted("absolute form over TLS", "POST https://gw:8443/v1/x HTTP/1.1\nHost: gw:8443"),
        .accepted("absolute form, host in other case", "POST http://GW/v1/x HTTP/1.1\nHost: gw"),
        .accepted("absolute form with a query", "POST http://gw/v1/x?q HTTP/1.1\nHost: gw") { $0.query = "q" },
    ]

    private static let hosts: [HeadCase] = [
        .accepted("host with port", "POST /v1/x HTTP/1.1\nHost: gw.example:8080"),
        .accepted("host with the last port", "POST /v1/x HTTP/1.1\nHost: gw:65535"),
        .accepted("IPv4 host", "POST /v1/x HTTP/1.1\nHost: 127.0.0.1:8080"),
        .accepted("IPv6 host", "POST /v1/x HTTP/1.1\nHost: [::1]"),
        .accepted("IPv6 host with port", "POST /v1/x HTTP/1.1\nHost: [2001:db8::1]:8080"),
        .accepted("no Host in HTTP/1.0", "POST /v1/x HTTP/1.0\nAccept: */*") {
            $0.keepsAlive = false
            $0.isHTTP10 = true
        },
        .accepted("HTTP/1.0 without any field", "POST /v1/x HTTP/1.0") {
            $0.keepsAlive = false
            $0.isHTTP10 = true
        },
    ]

    private static let framings: [HeadCase] = [
        .acceptedFields("a length", "Content-Length: 5") { $0.framing = .length(5) },
        .acceptedFields("a length of zero is no body", "Content-Length: 0"),
        .acceptedFields("a length with leading zeros", "Content-Length: 0007") { $0.framing = .length(7) },
        .acceptedFields("a length of 18 digits", "Content-Length: 999999999999999999") {
            $0.framing = .length(999_999_999_999_999_999)
        },
        .acceptedFields("a length with white space around", "Content-Length: \t 5 \t") { $0.framing = .length(5) },
        .acceptedFields("chunked", "Transfer-Encoding: chunked") { $0.framing = .chunked },
        .acceptedFields("chunked in capitals", "TRANSFER-ENCODING: CHUNKED") { $0.framing = .chunked },
        .accepted("a length in HTTP/1.0", "POST /v1/x HTTP/1.0\nContent-Length: 3") {
            $0.framing = .length(3)
            $0.keepsAlive = false
            $0.isHTTP10 = true
        },
        .accepted("GET with a body", "GET /v1/x HTTP/1.1\nHost: gw\nContent-Length: 3") {
            $0.method = .get
            $0.framing = .length(3)
        },
        .acceptedFields("expecting 100-continue", "Content-Length: 5\nExpect: 100-continue") {
            $0.framing = .length(5)
            $0.expectsContinue = true
        },
        .acceptedFields("expecting 100-Continue in another case", "Transfer-Encoding: chunked\nExpect: 100-Continue") {
            $0.framing = .chunked
            $0.expectsContinue = true
        },
        .acceptedFields("expecting 100-continue without a body", "Expect: 100-continue"),
        .accepted("HTTP/1.0 knows no 100-continue", "POST /v1/x HTTP/1.0\nContent-Length: 5\nExpect: 100-continue") {
            $0.framing = .length(5)
            $0.keepsAlive = false
            $0.isHTTP10 = true
        },
    ]

    private static let connections: [HeadCase] = [
        .acceptedFields("close", "Connection: close") { $0.keepsAlive = false },
        .acceptedFields("Close in a list", "Connection: keep-alive, Close") { $0.keepsAlive = false },
        .acceptedFields("close in a second field", "Connection: te\nConnection: close") { $0.keepsAlive = false },
        .acceptedFields("keep-alive", "Connection: keep-alive\nKeep-Alive: timeout=5"),
        .acceptedFields(
            "an offer of h2c is not taken up", "Connection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: AAMA"
        ),
        .acceptedFields("an offer of websocket is not taken up", "Connection: upgrade\nUpgrade: websocket"),
        .acceptedFields("empty members", "Connection: , ,close,") { $0.keepsAlive = false },
        .accepted("HTTP/1.0 does not stay open", "POST /v1/x HTTP/1.0\nConnection: keep-alive") {
            $0.keepsAlive = false
            $0.isHTTP10 = true
        },
    ]

    private static let fieldForms: [HeadCase] = [
        .acceptedFields("an empty value", "X-Empty:"),
        .acceptedFields("a value of white space", "X-Empty:  \t "),
        .acceptedFields("no space after the colon", "X-Tight:value"),
        .acceptedFields("a tab inside a value", "X-Tab: a\tb"),
        .acceptedFields("UTF-8 in a value", "X-Name: Zoë"),
        .acceptedFields(
            "the gateway's own fields mean nothing",
            "X-User-Id: root\nX-Original-URL: /admin\nX-HTTP-Method-Override: GET"),
        .acceptedFields(
            "many forwarded addresses",
            "X-Forwarded-For: " + Array(repeating: "1.2.3.4", count: 200).joined(separator: ", ")),
        .acceptedFields("exactly 100 fields", (1...99).map { "X-\($0): v" }.joined(separator: "\n")),
    ]
}
