// SPDX-License-Identifier: Apache-2.0

/// A JSON value whose objects keep the order of their fields, as the providers' own answers do.
enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
    var fields: JSONObject? { if case .object(let fields) = self { fields } else { nil } }

    var integer: Int? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }

    /// The field of an object; nil for anything else.
    subscript(name: String) -> JSON? { fields?[name] }

    /// What people call this kind of value.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a decimal number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// The fields of a JSON object in their order. Objects here are small, so a look-up is a walk.
struct JSONObject: Sendable, Equatable {
    struct Field: Sendable, Equatable {
        var name: String
        var value: JSON
    }

    private(set) var fields: [Field] = []

    /// Of fields with one name the last counts, as in the providers' own parsers.
    subscript(name: String) -> JSON? {
        get { fields.last { $0.name == name }?.value }
        set {
            fields.removeAll { $0.name == name }
            if let newValue { fields.append(Field(name: name, value: newValue)) }
        }
    }

    /// Adds a field that may already be there, which is what reading needs.
    mutating func append(_ name: String, _ value: JSON) {
        fields.append(Field(name: name, value: value))
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral elements: (String, JSON)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject()
        for (name, value) in elements { object.append(name, value) }
        self = .object(object)
    }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(floatLiteral value: Double) { self = .number(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(nilLiteral: ()) { self = .null }
}

extension JSON {
    /// The text, or null when there is none.
    init(_ text: String?) { self = text.map(JSON.string) ?? .null }

    /// The number, or null when there is none.
    init(_ number: Int?) { self = number.map(JSON.integer) ?? .null }
}
