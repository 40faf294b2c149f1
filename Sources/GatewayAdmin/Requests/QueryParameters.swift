// SPDX-License-Identifier: Apache-2.0

/// The parameters after `?`, each known to the route and given at most once.
struct QueryParameters {
    private var values: [String: String] = [:]

    /// Reads a raw query. `+` means a space, as forms write it.
    init(_ query: String?, known: [String]) throws(Problem) {
        for pair in (query ?? "").split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(halves[0]), let value = Self.decoded(halves.count > 1 ? halves[1] : "") else {
                throw Problem(.invalidParameter, "The query is not percent-encoded UTF-8 near \(quoted(String(pair))).")
            }
            guard known.contains(name) else {
                let hint = Spelling.hint(for: name, among: known)
                let list = known.isEmpty ? "This route takes none." : "Known are \(known.joined(separator: ", "))."
                throw Problem(.unknownParameter, "There is no parameter \(quoted(name)).\(hint) \(list)")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw Problem(.invalidParameter, "The parameter \"\(name)\" stands twice.", field: name)
            }
        }
    }

    /// The names that were given.
    var names: [String] { values.keys.sorted() }

    /// A text of 1 to `most` bytes; nil when absent.
    func text(_ name: String, most: Int = 256) throws(Problem) -> String? {
        guard let value = values[name] else { return nil }
        guard (1...most).contains(value.utf8.count) else {
            throw Problem(
                .invalidParameter, "\"\(name)\" must have 1 to \(most) bytes, not \(value.utf8.count).", field: name)
        }
        return value
    }

    func integer(_ name: String, in range: ClosedRange<Int>, otherwise: Int) throws(Problem) -> Int {
        guard let value = values[name] else { return otherwise }
        guard let number = Int(value), range.contains(number) else {
            throw Problem(
                .invalidParameter,
                "\"\(name)\" must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(quoted(value)).",
                field: name)
        }
        return number
    }

    /// One of the values of an enumeration; nil when absent.
    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) throws(Problem) -> Choice?
    where Choice.RawValue == String {
        guard let value = values[name] else { return nil }
        guard let choice = Choice(rawValue: value) else {
            let known = Choice.allCases.map(\.rawValue)
            throw Problem(
                .invalidParameter, "\"\(name)\" must be one of \(known.joined(separator: ", ")), not \(quoted(value)).",
                field: name)
        }
        return choice
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(nibble), let low = rest.popFirst().flatMap(nibble) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
