// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Values to fill a ledger with: plain ones, and random ones that reach every case and every edge.
struct Samples {
    private var random: SeededGenerator

    /// 2026-11-21T00:00:00Z.
    static let day = Timestamp(microseconds: 1_795_219_200_000_000)

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    static func at(days: Int64 = 0, seconds: Int64 = 0) -> Timestamp {
        Timestamp(microseconds: day.microseconds + days * 86_400_000_000 + seconds * 1_000_000)
    }

    mutating func row(at time: Timestamp = Samples.day) -> RowID { RowID(at: time, using: &random) }

    /// A plain finished call.
    mutating func settlement(
        at time: Timestamp = Samples.day, key: String = "demo", model: String = "gpt", provider: String? = "openai",
        requestID: String = "req-1", cost: Cost = .priced(NanoDollars(1_500))
    ) -> Settlement {
        Settlement(
            row: row(at: time), requestID: requestID, traceID: "0af7651916cd43dd8448eb211c80319c", startedAt: time,
            keyID: "key_\(key)", keyName: key, endpoint: .chatCompletions, modelAsked: model, provider: provider,
            modelServed: provider == nil ? nil : model,
            usage: Usage(prompt: 100, completion: 20, cached: 30, cacheWrite: 10, cacheWriteHour: 5, reasoning: 7),
            usageSource: .provider, cost: cost, latency: 1_200, firstToken: 300, overhead: 40, status: 200,
            attempts: 1, streamed: true, ending: .complete)
    }

    mutating func opening(at time: Timestamp = Samples.day, model: String = "gpt") -> Opening {
        Opening(
            row: row(at: time), requestID: "req-open", traceID: "0af7651916cd43dd8448eb211c80319c", startedAt: time,
            keyID: "key_demo", keyName: "demo", endpoint: .messages, modelAsked: model, provider: "claude",
            modelServed: "claude-sonnet", streamed: true, estimatedPrompt: 50,
            prices: TokenPrices(input: 3_000_000, output: 15_000_000), reserved: NanoDollars(9_000))
    }

    /// The settlement that closes `opening` in the usual way.
    static func closing(_ opening: Opening) -> Settlement {
        Settlement(
            row: opening.row, requestID: opening.requestID, traceID: opening.traceID, startedAt: opening.startedAt,
            keyID: opening.keyID, keyName: opening.keyName, endpoint: opening.endpoint, modelAsked: opening.modelAsked,
            provider: opening.provider, modelServed: opening.modelServed, usage: Usage(prompt: 55, completion: 11),
            usageSource: .provider, cost: .priced(NanoDollars(330)), latency: 900, firstToken: 100, overhead: 20,
            status: 200, attempts: 1, streamed: opening.streamed, ending: .complete)
    }

    mutating func key(_ name: String, models: ModelPatterns = .all) -> StoredKey {
        let bytes = (0..<KeyDigest.size).map { _ in UInt8.random(in: 0...255, using: &random) }
        guard let digest = KeyDigest(bytes: bytes) else { preconditionFailure("a digest has 32 bytes") }
        let key = VirtualKey(
            id: "key_\(name)", name: name, owner: "team", prefix: "sk-sluice-ab", models: models,
            expiresAt: Samples.at(days: 30), disabled: false, createdAt: Samples.day, origin: .admin)
        return StoredKey(digest: digest, key: key)
    }

    // MARK: Random values

    mutating func randomSettlement() -> Settlement {
        Settlement(
            row: RowID(high: random.next(), low: random.next()), requestID: text(), traceID: text(),
            startedAt: Timestamp(microseconds: number()), keyID: text(), keyName: text(),
            endpoint: pick(Endpoint.allCases), modelAsked: text(), provider: maybe { $0.text() },
            modelServed: maybe { $0.text() }, usage: usage(),
            usageSource: pick([.none, .provider, .estimated, .corrected]),
            cost: maybe { .priced(NanoDollars($0.number())) } ?? .unpriced, latency: number(),
            firstToken: maybe { $0.number() }, overhead: number(), status: Int.random(in: 0...999, using: &random),
            attempts: Int.random(in: 0...20, using: &random), streamed: Bool.random(using: &random),
            ending: pick(Ending.allCases))
    }

    mutating func randomOpening() -> Opening {
        Opening(
            row: RowID(high: random.next(), low: random.next()), requestID: text(), traceID: text(),
            startedAt: Timestamp(microseconds: number()), keyID: text(), keyName: text(),
            endpoint: pick(Endpoint.allCases), modelAsked: text(), provider: text(), modelServed: text(),
            streamed: Bool.random(using: &random), estimatedPrompt: number(), prices: maybe { $0.prices() },
            reserved: maybe { NanoDollars($0.number()) })
    }

    private mutating func prices() -> TokenPrices {
        TokenPrices(
            input: number(), output: number(), cachedInput: maybe { $0.number() }, cacheWrite: maybe { $0.number() },
            cacheWriteHour: maybe { $0.number() },
            longContext: maybe { samples in
                TokenPrices.LongContext(
                    above: samples.number(), input: samples.number(), output: samples.number(),
                    cachedInput: samples.maybe { $0.number() }, cacheWrite: samples.maybe { $0.number() })
            })
    }

    private mutating func usage() -> Usage {
        Usage(
            prompt: number(), completion: number(), cached: number(), cacheWrite: number(), cacheWriteHour: number(),
            reasoning: number())
    }

    /// A text of 0 to 256 bytes of UTF-8, from one to four to the character.
    mutating func text() -> String {
        let alphabet: [Character] = ["a", "Z", "0", "-", "é", "ß", "語", "🚀", "\n", "'", "\"", "\u{0}", "e\u{301}"]
        let limit = pick([0, 1, 12, 40, 256])
        var text = ""
        while true {
            let next = pick(alphabet)
            if text.utf8.count + String(next).utf8.count > limit { return text }
            text.append(next)
        }
    }

    private mutating func number() -> Int64 {
        pick([0, 1, -1, 7, 1_000, 123_456_789, Usage.ceiling, .max, .min, Int64(bitPattern: random.next())])
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: choices.indices, using: &random)]
    }

    private mutating func maybe<R>(_ make: (inout Samples) -> R) -> R? {
        Bool.random(using: &random) ? make(&self) : nil
    }
}
