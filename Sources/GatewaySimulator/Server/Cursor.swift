// SPDX-License-Identifier: Apache-2.0

/// A place in a request body: reads what is there and complains in the words of the dialect.
struct Cursor {
    enum Step: Equatable {
        case field(String)
        case index(Int)
    }

    let value: JSON
    let dialect: Dialect
    private let path: [Step]

    init(_ value: JSON, dialect: Dialect) {
        self.init(value, dialect: dialect, path: [])
    }

    private init(_ value: JSON, dialect: Dialect, path: [Step]) {
        self.value = value
        self.dialect = dialect
        self.path = path
    }

    // MARK: Going down

    /// The field, or nil where it is missing or null.
    func optional(_ name: String) throws(Refusal) -> Cursor? {
        guard let fields = value.fields else { throw wrongType("an object") }
        guard let found = fields[name], found != .null else { return nil }
        return Cursor(found, dialect: dialect, path: path + [.field(name)])
    }

    /// The field, which must be there.
    func required(_ name: String) throws(Refusal) -> Cursor {
        if let found = try optional(name) { return found }
        throw Cursor(.null, dialect: dialect, path: path + [.field(name)]).missing()
    }

    /// The elements of an array.
    func elements() throws(Refusal) -> [Cursor] {
        guard let elements = value.elements else { throw wrongType("an array") }
        return elements.enumerated().map { Cursor($1, dialect: dialect, path: path + [.index($0)]) }
    }

    // MARK: Reading

    func text() throws(Refusal) -> String {
        guard let text = value.text else { throw wrongType("a string") }
        return text
    }

    func flag() throws(Refusal) -> Bool {
        guard let flag = value.flag else { throw wrongType("a boolean") }
        return flag
    }

    func integer(_ range: ClosedRange<Int>) throws(Refusal) -> Int {
        guard let number = value.integer else { throw wrongType("an integer") }
        guard range.contains(number) else { throw outside("\(range.lowerBound)", "\(range.upperBound)", of: "integer") }
        return number
    }

    func number(_ range: ClosedRange<Double>) throws(Refusal) -> Double {
        guard let number = value.number else { throw wrongType("a number") }
        guard range.contains(number) else { throw outside("\(range.lowerBound)", "\(range.upperBound)", of: "decimal") }
        return number
    }

    func choice(of choices: [String]) throws(Refusal) -> String {
        let chosen = try text()
        guard choices.contains(chosen) else {
            throw invalid("'\(chosen)' is not one of: \(choices.joined(separator: ", "))")
        }
        return chosen
    }

    /// Refuses fields that the provider does not know.
    func check(fields known: Set<String>) throws(Refusal) {
        guard let fields = value.fields else { throw wrongType("an object") }
        for field in fields.fields where !known.contains(field.name) {
            switch dialect {
            case .openAI:
                throw Refusal(
                    400, "Unknown parameter: '\(field.name)'.", parameter: field.name, code: "unknown_parameter")
            case .anthropic:
                throw Refusal(400, "\(field.name): Extra inputs are not permitted")
            }
        }
    }
}

// MARK: - Complaints

extension Cursor {
    /// `messages[0].role` at OpenAI, `messages.0.role` at Anthropic.
    var place: String {
        var text = ""
        for step in path {
            switch step {
            case .field(let name): text += text.isEmpty ? name : ".\(name)"
            case .index(let index): text += dialect == .openAI ? "[\(index)]" : ".\(index)"
            }
        }
        return text
    }

    func invalid(_ reason: String, code: String = "invalid_value") -> Refusal {
        switch dialect {
        case .openAI: Refusal(400, "Invalid value for '\(place)': \(reason).", parameter: place, code: code)
        case .anthropic: Refusal(400, "\(place): \(reason)")
        }
    }

    func wrongType(_ expected: String) -> Refusal {
        switch dialect {
        case .openAI:
            Refusal(
                400, "Invalid type for '\(place)': expected \(expected), but got \(value.kind) instead.",
                parameter: place, code: "invalid_type")
        case .anthropic: Refusal(400, "\(place): Input should be \(expected), not \(value.kind)")
        }
    }

    private func missing() -> Refusal {
        switch dialect {
        case .openAI:
            Refusal(
                400, "Missing required parameter: '\(place)'.", parameter: place, code: "missing_required_parameter")
        case .anthropic: Refusal(400, "\(place): Field required")
        }
    }

    private func outside(_ least: String, _ most: String, of kind: String) -> Refusal {
        invalid("expected a value between \(least) and \(most)", code: "\(kind)_out_of_range")
    }
}
