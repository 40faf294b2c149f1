// SPDX-License-Identifier: Apache-2.0

/// Gives calls an identifier that came without, and finds the call that a result belongs to. Gemini links a result to its
/// call by the function's name and the order, or by an identifier where there is one.
///
/// Identifiers are made of a running number, so that the same history gets the same ones in every request, and another
/// request's or answer's differ.
struct GeminiCallLinks {
    private static let mark = "call_gemini_"

    private let prefix: String
    /// The identifiers that came and look like made ones.
    private var taken: Set<JSONString> = []
    private var number = 0
    private var turn = Turn()
    private var isAnswering = false

    /// The calls of one turn. Nothing in it is searched: a hostile turn may have thousands.
    private struct Turn {
        var calls: [JSONString] = []
        var isAnswered: [Bool] = []
        var byID: [JSONString: Int] = [:]
        /// The calls of each function, and how many of them are known to be answered.
        var byName: [JSONString: (calls: [Int], answered: Int)] = [:]
        var answered = 0
    }

    /// For the history in a request.
    init() { prefix = Self.mark }

    /// For an answer: `answer` sets it apart from others of the conversation.
    init(answer: JSONString) {
        let isWord = answer.escaped.allSatisfy(Self.isWordByte)
        let name = isWord && (1...40).contains(answer.escaped.count) ? answer : Self.digest(of: answer.escaped)
        prefix = "\(Self.mark)\(name.text)_"
    }

    /// Whether `id` was made for a call that had none.
    static func isMade(_ id: JSONString) -> Bool { id.escaped.starts(with: mark.utf8) }

    /// A name for an answer that has none: of its bytes, which no other of the conversation shares, for they tell how many
    /// tokens came before.
    static func digest(of bytes: ArraySlice<UInt8>) -> JSONString {
        // FNV-1a.
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return JSONString(String(hash, radix: 36))
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// The identifier of a call: its own, or a new one.
    mutating func call(_ id: JSONString?, _ name: JSONString) -> JSONString {
        if isAnswering {
            turn = Turn()
            isAnswering = false
        }
        if let id, Self.isMade(id) { taken.insert(id) }
        let id = id ?? next()
        let place = turn.calls.count
        turn.calls.append(id)
        turn.isAnswered.append(false)
        turn.byID[id] = place
        turn.byName[name, default: ([], 0)].calls.append(place)
        return id
    }

    private mutating func next() -> JSONString {
        while true {
            let id = JSONString("\(prefix)\(number)")
            number += 1
            if !taken.contains(id) { return id }
        }
    }

    /// The call that a result answers: the one with its identifier, else the first of its name that has no result yet, else
    /// the first of any. Nil when there is none.
    mutating func result(_ id: JSONString?, _ name: JSONString?) -> JSONString? {
        isAnswering = true
        if let id {
            if let place = turn.byID[id] { turn.isAnswered[place] = true }
            return id
        }
        guard let place = name.flatMap({ firstOpen(named: $0) }) ?? firstOpen() else { return nil }
        turn.isAnswered[place] = true
        return turn.calls[place]
    }

    private mutating func firstOpen(named name: JSONString) -> Int? {
        guard var known = turn.byName[name] else { return nil }
        while known.answered < known.calls.count, turn.isAnswered[known.calls[known.answered]] { known.answered += 1 }
        turn.byName[name]?.answered = known.answered
        return known.answered < known.calls.count ? known.calls[known.answered] : nil
    }

    private mutating func firstOpen() -> Int? {
        while turn.answered < turn.calls.count, turn.isAnswered[turn.answered] { turn.answered += 1 }
        return turn.answered < turn.calls.count ? turn.answered : nil
    }
}
