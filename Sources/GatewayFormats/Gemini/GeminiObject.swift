// SPDX-License-Identifier: Apache-2.0

/// Takes the members of an object of Google's APIs, which read a name in camelCase and in snake_case alike. What nobody
/// took is the object's extras, under the names it came with.
struct GeminiObject {
    private var reader: ObjectReader
    /// Whether any name has an underscore: most clients write none, and are not asked for each name twice.
    private let hasSnakeCase: Bool

    init(_ value: JSONValue) throws(FormatFault) {
        reader = try ObjectReader(value)
        hasSnakeCase = value.members.contains { $0.name.escaped.contains(UInt8(ascii: "_")) }
    }

    /// The member `name`, whatever its kind. `snake` is the name's other spelling, where it has one.
    mutating func value(_ name: StaticString, _ snake: StaticString? = nil) -> JSONValue? {
        let found = reader.value(name)
        guard hasSnakeCase, let snake else { return found }
        let other = reader.value(snake)
        return found ?? other
    }

    mutating func string(_ name: StaticString, _ snake: StaticString? = nil) throws(FormatFault) -> JSONString? {
        let found = try reader.string(name)
        guard hasSnakeCase, let snake else { return found }
        let other = try reader.string(snake)
        return found ?? other
    }

    mutating func bool(_ name: StaticString, _ snake: StaticString? = nil) throws(FormatFault) -> Bool? {
        let found = try reader.bool(name)
        guard hasSnakeCase, let snake else { return found }
        let other = try reader.bool(snake)
        return found ?? other
    }

    mutating func integer(_ name: StaticString, _ snake: StaticString? = nil) throws(FormatFault) -> Int64? {
        let found = try reader.integer(name)
        guard hasSnakeCase, let snake else { return found }
        let other = try reader.integer(snake)
        return found ?? other
    }

    mutating func number(_ name: StaticString, _ snake: StaticString? = nil) throws(FormatFault) -> JSONFragment? {
        let found = try reader.number(name)
        guard hasSnakeCase, let snake else { return found }
        let other = try reader.number(snake)
        return found ?? other
    }

    mutating func object(_ name: StaticString, _ snake: StaticString? = nil) throws(FormatFault) -> JSONValue? {
        let found = try reader.object(name)
        guard hasSnakeCase, let snake else { return found }
        let other = try reader.object(snake)
        return found ?? other
    }

    mutating func array(_ name: StaticString, _ snake: StaticString? = nil) throws(FormatFault) -> JSONElements? {
        let found = try reader.array(name)
        guard hasSnakeCase, let snake else { return found }
        let other = try reader.array(snake)
        return found ?? other
    }

    /// A list of texts.
    mutating func strings(_ name: StaticString, _ snake: StaticString? = nil) throws(FormatFault) -> [JSONString]? {
        guard let elements = try array(name, snake) else { return nil }
        var strings: [JSONString] = []
        for (index, element) in elements.enumerated() {
            guard let string = element.string else {
                throw FormatFault("\(name)[\(index)]", "must be a string, not \(element.kind.noun)")
            }
            strings.append(string)
        }
        return strings
    }

    /// What was not taken.
    var rest: Extras { reader.rest(of: .gemini) }

    /// Adds what was not taken to `extras`, under names that begin with `prefix`.
    func keepRest(in extras: inout Extras, under prefix: JSONString) { reader.keepRest(in: &extras, under: prefix) }
}

extension JSONElements {
    /// Reads each element, the faults of which are told with its place in the list `name`.
    func read(
        _ name: StaticString, _ body: (JSONValue, Int) throws(FormatFault) -> Void
    ) throws(FormatFault) {
        var index = 0
        for element in self {
            try FormatFault.within("\(name)[\(index)]") { () throws(FormatFault) in try body(element, index) }
            index += 1
        }
    }
}
