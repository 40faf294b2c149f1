// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayTelemetry
import Testing

@Suite("Request log")
struct RequestLogTests {
    @Test("a call is one line with every field")
    func request() throws {
        let lines = try logged { $0.observe(sampleSettlement(), route: "coding-*") }
        let expected: NSDictionary = [
            "time": "2026-11-21T07:41:57.500123Z", "level": "info", "msg": "request", "request_id": "req-1",
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "key_id": "key_01", "key_name": "demo",
            "endpoint": "chat_completions", "model": "coding-default", "provider": "openai",
            "served_model": "gpt-5-mini", "status": 200, "ended": "complete", "stream": true, "attempts": 2,
            "prompt_tokens": 100, "completion_tokens": 50, "cached_tokens": 30, "cache_write_tokens": 20,
            "reasoning_tokens": 10, "usage_source": "provider", "cost_usd": "0.0001234", "priced": true,
            "latency_us": 1_500_000, "first_token_us": 400_000, "overhead_us": 85,
        ]
        #expect(lines.count == 1)
        #expect(lines.first.map { NSDictionary(dictionary: $0) } == expected)
    }

    @Test("a refusal is one line with its reason")
    func refusal() throws {
        let lines = try logged { $0.observeRefusal(sampleRefusal()) }
        let expected: NSDictionary = [
            "time": "2026-11-21T07:41:56.000200Z", "level": "info", "msg": "refused", "request_id": "req-2",
            "code": "invalid_api_key", "status": 401, "path": "/v1/chat/completions", "latency_us": 77,
        ]
        #expect(lines.first.map { NSDictionary(dictionary: $0) } == expected)
    }

    @Test("a refused caller's line has the reason, and one for a list of models stands alone")
    func refusedCaller() throws {
        let lines = try logged {
            $0.observe(sampleSettlement(), route: nil, refusal: .modelNotAllowed)
            $0.observe(sampleLookup(), refusal: .unknownModel)
        }
        #expect(lines.first?["code"] as? String == "model_not_allowed" && lines.first?["msg"] as? String == "request")
        let expected: NSDictionary = [
            "time": "2026-11-21T07:41:56.000200Z", "level": "info", "msg": "models", "request_id": "req-3",
            "trace_id": "trace-3", "key_id": "key_1", "key_name": "demo", "model": "gpt", "status": 404,
            "code": "model_not_found", "latency_us": 77,
        ]
        #expect(lines.last.map { NSDictionary(dictionary: $0) } == expected)
    }

    @Test("what there was not is null")
    func nulls() throws {
        var settlement = sampleSettlement()
        settlement.provider = nil
        settlement.modelServed = nil
        settlement.firstToken = nil
        settlement.cost = .unpriced
        let line = try #require(try logged { $0.observe(settlement, route: nil) }.first)
        for name in ["provider", "served_model", "first_token_us", "cost_usd"] { #expect(line[name] is NSNull) }
        #expect(line["priced"] as? Bool == false)
    }

    @Test(
        "money is exact decimal text",
        arguments: [
            (0, "0"), (1, "0.000000001"), (1_000_000_000, "1"), (12_340_000_000, "12.34"),
            (Int64.max, "9223372036.854775807"), (-1_500_000_000, "-1.5"),
        ] as [(Int64, String)])
    func money(amount: Int64, text: String) throws {
        var settlement = sampleSettlement()
        settlement.cost = .priced(NanoDollars(amount))
        let line = try #require(try logged { $0.observe(settlement, route: nil) }.first)
        #expect(line["cost_usd"] as? String == text)
        #expect(text == NanoDollars(amount).decimal)
    }

    @Test("the largest numbers a row can have are written whole")
    func largeNumbers() throws {
        var settlement = sampleSettlement()
        settlement.latency = .max
        settlement.overhead = .min
        settlement.usage = Usage(prompt: Usage.ceiling)
        let line = try #require(try logged { $0.observe(settlement, route: nil) }.first)
        #expect(line["latency_us"] as? Int64 == .max)
        #expect(line["overhead_us"] as? Int64 == .min)
        #expect(line["prompt_tokens"] as? Int64 == 1_000_000_000_000)
    }

    @Test(
        "names from outside cannot break a line or a terminal, and read back unchanged",
        arguments: [
            #"quote " backslash \ slash /"#, "line\nfeed\r\nreturn\ttab\u{0}nul\u{1b}[31mred\u{7f}",
            "next\u{85}line\u{2028}separator\u{2029}\u{9b}31m", "\u{202e}gpt\u{2066}-4\u{2069}\u{200f}",
            "模型-🦜-e\u{301}", "{\"msg\":\"forged\"}", "", "\u{feff}bom",
        ])
    func nastyNames(name: String) throws {
        let log = try FileLog()
        let lane = Telemetry(lanes: 1, version: "1", log: log.sink).lane(0)
        var settlement = sampleSettlement()
        settlement.modelAsked = name
        settlement.keyName = name
        lane.observe(settlement, route: name)
        let bytes = try log.finish()
        #expect(bytes.count { $0 == UInt8(ascii: "\n") } == 1)
        #expect(bytes.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7f })
        let text = try #require(String(data: bytes, encoding: .utf8))
        let hidden = text.unicodeScalars.dropLast().filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format: true
            default: false
            }
        }
        #expect(hidden.isEmpty)
        let line = try object(bytes)
        #expect((line["model"] as? String).map { Array($0.utf8) } == Array(name.utf8))
        #expect((line["key_name"] as? String).map { Array($0.utf8) } == Array(name.utf8))
    }

    @Test(
        "a line stays within 4 KiB whatever its fields hold",
        arguments: ["x", "\u{1b}", "\"", "\u{2028}", "🦜", "é"])
    func longNames(unit: String) throws {
        let log = try FileLog()
        let lane = Telemetry(lanes: 1, version: "1", log: log.sink).lane(0)
        let name = String(repeating: unit, count: 100_000)
        var settlement = sampleSettlement()
        settlement.requestID = name
        settlement.traceID = name
        settlement.keyID = name
        settlement.keyName = name
        settlement.modelAsked = name
        settlement.provider = name
        settlement.modelServed = name
        settlement.latency = .min
        settlement.firstToken = .min
        settlement.overhead = .min
        settlement.cost = .priced(NanoDollars(.min))
        settlement.status = .min
        settlement.attempts = .min
        settlement.usage = Usage(
            prompt: Usage.ceiling, completion: Usage.ceiling, cached: Usage.ceiling, reasoning: Usage.ceiling)
        lane.observe(settlement, route: nil)
        var refusal = sampleRefusal()
        refusal.path = name
        refusal.requestID = name
        lane.observeRefusal(refusal)
        let lines = try log.finish().split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 2)
        for line in lines {
            #expect(line.count < 4096)
            _ = try object(line)
        }
        let model = try #require(try object(lines[0])["model"] as? String)
        #expect(model.hasSuffix("…"))
        #expect(model.dropLast().utf8.count <= 256)
        #expect(name.hasPrefix(model.dropLast()))
    }

    @Test("a model name of exactly 256 bytes is whole, one more byte is cut")
    func modelLimit() throws {
        var settlement = sampleSettlement()
        let lines = try logged { lane in
            for count in [256, 257] {
                settlement.modelAsked = String(repeating: "m", count: count)
                lane.observe(settlement, route: nil)
            }
        }
        #expect(lines[0]["model"] as? String == String(repeating: "m", count: 256))
        #expect(lines[1]["model"] as? String == String(repeating: "m", count: 256) + "…")
    }

    @Test("times are RFC 3339 in UTC with microseconds, over leap days, centuries and the ends of years")
    func times() throws {
        let formatter = ISO8601DateFormatter()
        formatter.timeZone = TimeZone(identifier: "UTC")
        var random = SplitMix(seed: 7)
        var seconds: [Int64] = [
            0, 59, 86_399, 86_400, 951_782_399, 951_782_400, 951_868_800, 1_709_164_800, 4_107_542_400, 253_402_300_799,
        ]
        for _ in 0..<2_000 { seconds.append(Int64.random(in: 0...253_402_300_799, using: &random)) }
        let lines = try logged { lane in
            for second in seconds {
                var refusal = sampleRefusal()
                refusal.startedAt = Timestamp(microseconds: second * 1_000_000 + 42)
                refusal.latency = 0
                lane.observeRefusal(refusal)
            }
        }
        for (line, second) in zip(lines, seconds) {
            let expected = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(second))).dropLast()
            #expect(line["time"] as? String == "\(expected).000042Z")
        }
    }

    @Test("a wrong clock gives the nearest moment that can be written", arguments: [Int64.min, -1, Int64.max])
    func wrongClock(microseconds: Int64) throws {
        var refusal = sampleRefusal()
        refusal.startedAt = Timestamp(microseconds: microseconds)
        let line = try #require(try logged { $0.observeRefusal(refusal) }.first)
        let expected = microseconds > 0 ? "9999-12-31T23:59:59.999999Z" : "1970-01-01T00:00:00.000"
        #expect((line["time"] as? String)?.hasPrefix(expected) == true)
    }
}

/// Repeatable random numbers.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
