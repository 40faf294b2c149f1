// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("Origins and endpoints")
struct OriginTests {
    @Test(
        "the host header has the port only where it is not the scheme's own, and brackets around IPv6",
        arguments: [
            (true, "api.example.com", 443, "api.example.com"), (true, "api.example.com", 80, "api.example.com:80"),
            (false, "api.example.com", 80, "api.example.com"), (false, "127.0.0.1", 9000, "127.0.0.1:9000"),
            (true, "::1", 443, "[::1]"), (false, "::1", 8080, "[::1]:8080"),
        ] as [(Bool, String, Int, String)])
    func authority(isTLS: Bool, host: String, port: Int, expected: String) {
        #expect(Origin(isTLS: isTLS, host: host, port: port, basePath: "").authority == expected)
    }

    @Test("an origin is shown as a URL")
    func url() {
        #expect(Origin(isTLS: true, host: "h", port: 8443, basePath: "/v1").url == "https://h:8443/v1")
    }

    @Test("every endpoint has a path of its own, and speaks one dialect")
    func endpoints() {
        #expect(Set(Endpoint.allCases.map(\.providerPath)).count == Endpoint.allCases.count)
        for endpoint in Endpoint.allCases {
            #expect(endpoint.providerPath.hasPrefix("/"))
            // Anthropic's base URL does not end in /v1, OpenAI's does.
            #expect(endpoint.providerPath.hasPrefix("/v1/") == (endpoint.dialect == .anthropic))
        }
    }
}
