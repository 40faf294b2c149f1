// SPDX-License-Identifier: Apache-2.0

/// Takes the members of an object by name, each as the kind it must be, and knows in the end which nobody asked for.
/// `null` counts as absent; of repeated members the last counts.
struct ObjectReader {
    private let members: JSONMembers
    /// Which members were taken, by their place: bits for the first 64.
    private var taken: UInt64 = 0
    private var takenBeyond: Set<Int> = []

    /// Faults when `value` is no object. The path is empty: whoever knows where the object stands says so (`within`).
    init(_ value: JSONValue) throws(FormatFault) {
        guard value.kind == .object else { throw FormatFault("", "must be an object, not \(value.kind.noun)") }
        members = value.members
    }

    /// The member `name`, whatever its kind.
    mutating func value(_ name: StaticString) -> JSONValue? {
        var found: JSONValue?
        members.forEach(named: name) { place, value in
            found = value
            take(place)
        }
        guard let found, !found.isNull else { return nil }
        return found
    }

    mutating func string(_ name: StaticString) throws(FormatFault) -> JSONString? {
        guard let value = value(name) else { return nil }
        guard let string = value.string else { throw fault(name, "a string", value) }
        return string
    }

    mutating func bool(_ name: StaticString) throws(FormatFault) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.bool else { throw fault(name, "true or false", value) }
        return flag
    }

    /// A whole number that fits.
    mutating func integer(_ name: StaticString) throws(FormatFault) -> Int64? {
        guard let value = value(name) else { return nil }
        guard value.number != nil else { throw fault(name, "a whole number", value) }
        guard let integer = value.integer else {
            throw FormatFault("\(name)", "must be a whole number, not \(value.fragment.text.prefix(40))")
        }
        return integer
    }

    /// A number as it is written.
    mutating func number(_ name: StaticString) throws(FormatFault) -> JSONFragment? {
        guard let value = value(name) else { return nil }
        guard let number = value.number else { throw fault(name, "a number", value) }
        return number
    }

    mutating func object(_ name: StaticString) throws(FormatFault) -> JSONValue? {
        guard let value = value(name) else { return nil }
        guard value.kind == .object else { throw fault(name, "an object", value) }
        return value
    }

    mutating func array(_ name: StaticString) throws(FormatFault) -> JSONElements? {
        guard let value = value(name) else { return nil }
        guard value.kind == .array else { throw fault(name, "an array", value) }
        return value.elements
    }

    /// The elements of the array `name`; none when there is no array.
    mutating func elements(_ name: StaticString) throws(FormatFault) -> [JSONValue] {
        guard let elements = try array(name) else { return [] }
        return Array(elements)
    }

    /// Reads each element of the array `name`, or nil when there is none.
    mutating func map<Element>(
        _ name: StaticString, _ read: (JSONValue) throws(FormatFault) -> Element
    ) throws(FormatFault) -> [Element]? {
        guard let elements = try array(name) else { return nil }
        var result: [Element] = []
        for element in elements {
            do throws(FormatFault) {
                result.append(try read(element))
            } catch {
                throw error.within("\(name)[\(result.count)]")
            }
        }
        return result
    }

    /// Reads the object `name`; nil when there is none. What `read` leaves goes to `extras`, with names that begin with
    /// `name.`. Where `read` gives nil, the object means nothing to it: then all of it goes to `extras`.
    mutating func nested<Meaning>(
        _ name: StaticString, _ extras: inout Extras,
        _ read: (inout ObjectReader, inout Extras) throws(FormatFault) -> Meaning?
    ) throws(FormatFault) -> Meaning? {
        guard let value = try object(name) else { return nil }
        var reader = try ObjectReader(value)
        var inner = Extras(extras.origin)
        do throws(FormatFault) {
            guard let meaning = try read(&reader, &inner) else {
                extras.keep(JSONString("\(name)"), value)
                return nil
            }
            reader.keepRest(in: &inner)
            extras.keep(inner, under: name)
            return meaning
        } catch {
            throw error.within("\(name)")
        }
    }

    /// What was not taken, nulls too, in its order. Of members with one name it keeps all.
    func rest(of origin: Format) -> Extras {
        var extras = Extras(origin)
        keepRest(in: &extras)
        return extras
    }

    /// Adds what was not taken to `extras`, with names that begin with `prefix`: `function.` for what stood in `function`.
    func keepRest(in extras: inout Extras, under prefix: JSONString = "") {
        var place = 0
        for member in members {
            if !isTaken(place) {
                extras.keep(prefix.isEmpty ? member.name : JSONString(joining: [prefix, member.name]), member.value)
            }
            place += 1
        }
    }

    private mutating func take(_ place: Int) {
        if place < 64 { taken |= 1 << UInt64(place) } else { takenBeyond.insert(place) }
    }

    private func isTaken(_ place: Int) -> Bool {
        place < 64 ? taken & 1 << UInt64(place) != 0 : takenBeyond.contains(place)
    }

    private func fault(_ name: StaticString, _ wanted: String, _ value: JSONValue) -> FormatFault {
        FormatFault("\(name)", "must be \(wanted), not \(value.kind.noun)")
    }
}

extension FormatFault {
    /// The same fault of something that stands at `place`: `content[0].type` within `messages[2]`.
    func within(_ place: String) -> FormatFault {
        if path.isEmpty { return FormatFault(place, message) }
        return FormatFault(path.hasPrefix("[") ? place + path : "\(place).\(path)", message)
    }

    /// Does `body`, whose faults are of something at `place`, which is told only if there is one.
    static func within<Result>(
        _ place: @autoclosure () -> String, _ body: () throws(FormatFault) -> Result
    ) throws(FormatFault) -> Result {
        do throws(FormatFault) { return try body() } catch { throw error.within(place()) }
    }
}

extension Extras {
    /// Keeps what an object within had, with names that say where: `function.` for what stood in `function`.
    mutating func keep(_ inner: Extras, under name: StaticString) {
        guard !inner.isEmpty else { return }
        let prefix = JSONString("\(name).")
        for member in inner.members {
            members.append(Member(name: JSONString(joining: [prefix, member.name]), value: member.value))
        }
    }
}
