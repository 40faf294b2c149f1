// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@testable import GatewayConfiguration

@Suite("Prices")
struct PriceTests {
    @Test(
        "are exact to the pico-dollar",
        arguments: [
            ("0", 0), ("0.000001", 1), ("0.15", 150_000), ("0.60", 600_000), ("0.075", 75_000), ("1", 1_000_000),
            ("2.5", 2_500_000), ("0.003625", 3625), ("168", 168_000_000), ("18.75", 18_750_000),
            ("1000000", 1_000_000_000_000), ("0.100000", 100_000), ("7.10", 7_100_000),
        ])
    func exact(text: String, picos: Int64) throws {
        #expect(try Price.parse(text) == picos)
    }

    @Test(
        "in any other form are refused",
        arguments: [
            "", ".", "1.", ".5", "-1", "-0.1", "+1", "1e3", "1,5", "$1", "0x1", "1 ", " 1", "0.0000001",
            "1000000.000001", "007.10", "00",
            "99999999999999999999", "NaN", "inf", "١", "1_000",
        ])
    func refused(text: String) {
        #expect(throws: Flaw.self) { try Price.parse(text) }
    }

    @Test("come back from their decimal form unchanged")
    func roundTrip() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let picos = Int64.random(in: 0...1_000_000_000_000, using: &generator)
            let decimals = String(picos % 1_000_000)
            let text = "\(picos / 1_000_000)." + String(repeating: "0", count: 6 - decimals.count) + decimals
            #expect(try Price.parse(text) == picos)
        }
    }
}

@Suite("Base URLs")
struct BaseURLTests {
    @Test(
        "are taken apart once",
        arguments: [
            ("https://api.openai.com/v1", "https://api.openai.com/v1"),
            ("HTTPS://API.openai.com", "https://api.openai.com"),
            ("http://h/", "http://h"), ("http://h:80/a/b//", "http://h/a/b"), ("https://h:443", "https://h"),
            ("https://h:8443/v1", "https://h:8443/v1"), ("http://[::1]:9000/v1", "http://[::1]:9000/v1"),
            ("http://my_service:1", "http://my_service:1"), ("http://127.0.0.1:65535", "http://127.0.0.1:65535"),
        ])
    func accepted(text: String, url: String) throws {
        #expect(try Origin.parse(text).url == url)
    }

    @Test(
        "that parsers read differently, or that name no plain host, are refused",
        arguments: [
            "", "api.openai.com", "//h", "http:/h", "http://", "https:///v1", "http://:80", "file:///etc/passwd",
            "gopher://h", "ftp://h", "data:text/plain,x", "unix:/x", "jar:http://h", "javascript://h",
            "http://good@bad",
            "http://good#@bad", "http://good\\@bad", "http://u:p@h", "http://a@b@c", "http://h?x=1", "http://h/#f",
            "http://h/?", "http://h\t/", "http://h\n", " http://h", "http://h /", "http://h:0", "http://h:65536",
            "http://h:", "http://h:8a", "http://h:-1", "http://127.1", "http://0", "http://0x7f000001",
            "http://017700000001", "http://2130706433", "http://127.0.0.01", "http://1.2.3.4.5", "http://256.1.1.1",
            "http://localhost.", "http://a..b", "http://-a", "http://a-", "http://%31", "http://h/%2e%2e",
            "http://h/../x",
            "http://h/./x", "http://h//x", "http://１２７.0.0.1", "http://bücher.de", "http://[::1", "http://::1",
            "http://[127.0.0.1]", "http://[fe80::1%25eth0]", "http://[::1]x", "http://h/ü",
        ])
    func refused(text: String) {
        #expect(throws: Flaw.self) { try Origin.parse(text) }
    }
}

@Suite("Addresses, times and sizes")
struct QuantityTests {
    @Test(
        "addresses to listen on",
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1", 8080), ("[::1]:1", "::1", 1), ("[::]:0", "::", 0), (":80", "0.0.0.0", 80),
            ("LOCALHOST:9", "localhost", 9), ("gateway-1.internal:65535", "gateway-1.internal", 65535),
        ])
    func addresses(text: String, host: String, port: Int) throws {
        #expect(try ListenAddress.parse(text) == ListenAddress(host: host, port: port))
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", ":", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "[]:1", "[::1]", "::1", "a b:1", "http://h:1",
            "127.1:1", "1.2.3.4.5:1", "h:65536", "h:-1", "h:+1", "h:00000080", "h:080",
        ])
    func noAddress(text: String) {
        #expect(throws: Flaw.self) { try ListenAddress.parse(text) }
    }

    @Test(
        "listeners collide on one port of one host, or of every host, except on port 0",
        arguments: [
            ("127.0.0.1:1", "127.0.0.1:1", true), ("127.0.0.1:1", "127.0.0.2:1", false), (":1", "127.0.0.1:1", true),
            ("127.0.0.1:1", "[::]:1", true), ("127.0.0.1:0", "127.0.0.1:0", false), (":1", ":2", false),
        ])
    func collisions(left: String, right: String, collide: Bool) throws {
        #expect(try ListenAddress.parse(left).collides(with: ListenAddress.parse(right)) == collide)
    }

    @Test(
        "moments",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.5Z", 500_000), ("1969-12-31T23:59:59Z", -1_000_000),
            ("1970-01-01T02:00:00+02:00", 0), ("1969-12-31T16:00:00-08:00", 0),
            ("2000-02-29t00:00:00z", 951_782_400_000_000),
            ("2026-11-21T07:16:11Z", 1_795_245_371_000_000), ("2100-03-01T00:00:00Z", 4_107_542_400_000_000),
            ("1970-01-01T00:00:00.123456789Z", 123_456),
        ])
    func moments(text: String, microseconds: Int64) throws {
        #expect(try Timestamp.parse(text).microseconds == microseconds)
    }

    @Test(
        "what is no moment is refused",
        arguments: [
            "", "tomorrow", "2027-01-31", "2027-01-31T00:00:00", "2027-02-29T00:00:00Z", "2027-13-01T00:00:00Z",
            "2027-00-01T00:00:00Z", "2027-01-00T00:00:00Z", "2027-01-01T24:00:00Z", "2027-01-01T00:60:00Z",
            "2027-01-01T00:00:60Z", "2027-01-01T00:00:00+2", "2027-01-01T00:00:00.Z", "27-01-01T00:00:00Z",
            "2027-01-01T00:00:00Z ", "2027-01-01 00:00:00Z", "2100-02-29T00:00:00Z",
        ])
    func noMoment(text: String) {
        #expect(throws: Flaw.self) { try Timestamp.parse(text) }
    }

    @Test(
        "sizes and durations",
        arguments: [
            ("0", 0), ("17", 17), ("17B", 17), ("64KiB", 65_536), ("32MiB", 33_554_432), ("2GiB", 2_147_483_648),
        ])
    func sizes(text: String, bytes: Int) throws {
        #expect(try Quantity.size(text, in: 0...Int.max) == bytes)
    }

    @Test("durations", arguments: [("500ms", 500), ("30s", 30_000), ("2m", 120_000), ("1h", 3_600_000), ("0s", 0)])
    func durations(text: String, milliseconds: Int) throws {
        #expect(try Quantity.duration(text, in: 0...Int.max) == milliseconds)
    }

    @Test(
        "numbers with signs, blanks, other digits or too many of them are refused",
        arguments: [
            "", "-1", "+1", " 1", "1 ", "1.0", "٣", "99999999999999999999", "0x10", "1_000", "KiB", "s",
            "010", "00", "08KiB", "030s",
        ])
    func noNumber(text: String) {
        #expect(throws: Flaw.self) { try Quantity.whole(text, in: 0...Int.max) }
        #expect(throws: Flaw.self) { try Quantity.size(text, in: 0...Int.max) }
        #expect(throws: Flaw.self) { try Quantity.duration(text, in: 0...Int.max) }
    }
}

@Suite("Slugs")
struct SlugTests {
    @Test(
        "slugs are lower-case words joined with dashes",
        arguments: [
            ("openai", "openai"), ("Open AI (EU)", "open-ai-eu"), ("my_openai.2", "my-openai-2"), ("--A--", "a"),
            ("é", ""),
        ])
    func slugs(name: String, slug: String) {
        #expect(ProviderSlug.make(name) == slug)
    }
}
