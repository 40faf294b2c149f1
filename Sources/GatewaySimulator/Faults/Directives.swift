// SPDX-License-Identifier: Apache-2.0

/// How one answer shall misbehave: read from `key=value` pairs joined by commas.
struct Directives: Sendable, Equatable {
    /// What comes in place of the answer.
    enum Replacement: Sendable, Equatable {
        case status(Int)
        case html
        case redirect(String)
        /// The connection is reset before any byte.
        case reset
        /// The connection closes in the middle of the response head.
        case cutHead
        /// Nothing is ever sent.
        case hang
    }

    /// What happens to an answer on its way.
    struct Break: Sendable, Equatable {
        enum Kind: String, Sendable {
            case cut, stall, garbage, error
        }
        var kind: Kind
        /// Chunks sent before.
        var after: Int
    }

    /// Which of the requests with these directives are hit.
    enum Frequency: Sendable, Equatable {
        case always
        case every(Int)
        case first(Int)
    }

    var replacement: Replacement?
    var breaks: [Break] = []
    var frequency = Frequency.always
    var retryAfter: Int?
    /// Milliseconds before the response head.
    var firstByte = 0
    /// Milliseconds between chunks.
    var delay = 0
    /// Into how many pieces the text is cut.
    var chunks: Int?
    var withoutEnd = false
    var withoutUsage = false
    var contentType: String?
    /// Bytes of answer text.
    var bigAnswer: Int?
    /// Counts reported in place of the true ones.
    var reportedUsage: TokenCounts?
    /// Prompt tokens that count as cached.
    var cached: Int?

    /// The directives as they were written, the key under which requests are counted for `frequency`.
    private(set) var text = ""

    /// No directives: the provider behaves.
    static let none = Directives()

    /// Reads what the given places say; where two name one key the later place counts, and breaks add up.
    init(_ places: [String?]) throws(Refusal) {
        text = places.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ",")
        for pair in text.split(separator: ",") { try apply(pair) }
    }

    private init() {}

    private mutating func apply(_ pair: Substring) throws(Refusal) {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0].trimmingSpaces
        guard let directive = Self.known.first(where: { $0.name == name }) else {
            throw Refusal(
                400, "Unknown directive '\(name)'. Known are: \(Self.known.map(\.name).joined(separator: ", ")).")
        }
        let value = parts.count > 1 ? parts[1].trimmingSpaces : ""
        guard directive.apply(&self, value) else {
            throw Refusal(400, "Directive '\(name)' cannot be '\(value)'. Write it like \(directive.example).")
        }
    }

    /// Whether the `count`-th request with these directives (from 1) is hit.
    func hits(_ count: Int) -> Bool {
        switch frequency {
        case .always: true
        case .every(let step): count % step == 0
        case .first(let most): count <= most
        }
    }

    /// What the client is told was used.
    func reported(_ counts: TokenCounts) -> TokenCounts? { withoutUsage ? nil : reportedUsage ?? counts }
}

extension Substring {
    var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
