// SPDX-License-Identifier: Apache-2.0

/// Arguments of a call that come value by value, each with the path to its place (`partialArgs`, of Vertex AI), put together
/// to a JSON object.
struct GeminiPartialArguments {
    private indirect enum Node {
        case object([(name: JSONString, value: Node)])
        case array([Node])
        case text([JSONString])
        case value(JSONFragment)
    }

    private enum Step {
        case name(JSONString)
        case place(Int)
    }

    private static let mostValues = 10_000
    private static let mostSteps = 64

    private var root = Node.object([])
    /// How many values may still be made.
    private var room = mostValues

    /// Puts a value in its place; text is added to what is there. Faults when the path is none.
    mutating func add(_ value: JSONValue) throws(FormatFault) {
        var object = try GeminiObject(value)
        guard let path = try object.string("jsonPath", "json_path"), let steps = Self.steps(of: path.text) else {
            throw FormatFault("jsonPath", "must be a path such as $.name[0]")
        }
        let added: Node
        if let text = try object.string("stringValue", "string_value") {
            added = .text([text])
        } else if let number = try object.number("numberValue", "number_value") {
            added = .value(number)
        } else if let flag = try object.bool("boolValue", "bool_value") {
            added = .value(JSONFragment(flag))
        } else {
            added = .value(JSONFragment(literal: "null"))
        }
        guard Self.put(added, at: steps[...], in: &root, &room) else {
            throw FormatFault("jsonPath", "must not lead to more than \(Self.mostValues) values")
        }
    }

    /// The object so far.
    var object: JSONFragment {
        var json = JSONWriter()
        Self.write(root, &json)
        return JSONFragment(json.bytes[...])
    }

    /// Reads `$.a.b[0]['c']`.
    private static func steps(of path: String) -> [Step]? {
        var rest = path[...]
        guard rest.popFirst() == "$" else { return nil }
        var steps: [Step] = []
        while let next = rest.popFirst() {
            if next == "." {
                let name = rest.prefix { $0 != "." && $0 != "[" }
                rest = rest.dropFirst(name.count)
                steps.append(.name(JSONString(name)))
            } else {
                guard next == "[", let end = rest.firstIndex(of: "]") else { return nil }
                let inside = rest[..<end]
                rest = rest[rest.index(after: end)...]
                if let place = Int(inside), (0..<mostValues).contains(place) {
                    steps.append(.place(place))
                } else {
                    guard inside.count >= 2, inside.first == "'" || inside.first == "\"" else { return nil }
                    steps.append(.name(JSONString(inside.dropFirst().dropLast())))
                }
            }
        }
        return steps.isEmpty || steps.count > mostSteps ? nil : steps
    }

    /// Puts `added` at `steps` from `node`, taking `room` for what must be made on the way; false when there is too little.
    /// What `node` holds is taken out of it while it changes, so that nothing is copied.
    private static func put(
        _ added: Node, at steps: ArraySlice<Step>, in node: inout Node, _ room: inout Int
    ) -> Bool {
        let old = node
        node = .value(JSONFragment(literal: "null"))
        switch steps.first {
        case nil: node = joined(old, added)
        case .name(let name):
            var members = members(of: old)
            let place = members.firstIndex { $0.name == name } ?? members.count
            if place == members.count {
                room -= 1
                members.append((name, node))
            }
            guard room >= 0, put(added, at: steps.dropFirst(), in: &members[place].value, &room) else { return false }
            node = .object(members)
        case .place(let place):
            var elements = elements(of: old)
            room -= max(0, place + 1 - elements.count)
            guard room >= 0 else { return false }
            while elements.count <= place { elements.append(node) }
            guard put(added, at: steps.dropFirst(), in: &elements[place], &room) else { return false }
            node = .array(elements)
        }
        return true
    }

    private static func joined(_ old: consuming Node, _ added: Node) -> Node {
        guard case .text(var pieces) = consume old, case .text(let more) = added else { return added }
        pieces += more
        return .text(pieces)
    }

    private static func members(of node: consuming Node) -> [(name: JSONString, value: Node)] {
        if case .object(let members) = consume node { members } else { [] }
    }

    private static func elements(of node: consuming Node) -> [Node] {
        if case .array(let elements) = consume node { elements } else { [] }
    }

    private static func write(_ node: Node, _ json: inout JSONWriter) {
        switch node {
        case .object(let members):
            json.object { json in
                for member in members {
                    json.key(member.name)
                    write(member.value, &json)
                }
            }
        case .array(let elements): json.array { json in elements.forEach { write($0, &json) } }
        case .text(let pieces): json.value(JSONString(joining: pieces))
        case .value(let fragment): json.value(fragment)
        }
    }
}
