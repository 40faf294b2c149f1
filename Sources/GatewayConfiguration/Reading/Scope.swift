// SPDX-License-Identifier: Apache-2.0

/// The fields of one mapping, as the section that owns it reads them.
///
/// A section asks for each field it knows, by name, and `finish` refuses those that nobody asked for: so the list of
/// known fields is the reading code itself.
final class Scope {
    let reading: Reading
    /// How messages name the scope: `server.limits`, `providers.openai`; empty for the whole file.
    let label: String
    let place: Place
    /// The path of environment overrides.
    private let steps: [String]
    /// The path in which list elements are not told apart: `providers[].deadlines`.
    private let kind: String
    private let fields: [String: DocumentField]
    private var asked: Set<String> = []

    init(reading: Reading, label: String, kind: String, steps: [String], place: Place, fields: [DocumentField]) {
        self.reading = reading
        self.label = label
        self.kind = kind
        self.steps = steps
        self.place = place
        self.fields = Dictionary(fields.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The scope of a whole document.
    convenience init(reading: Reading, root: DocumentNode) {
        var fields: [DocumentField] = []
        if case .mapping(let found) = root.content {
            fields = found
        } else {
            reading.report(
                root.place, "the file is \(root.kind)", "a configuration is a group of fields",
                "start with `providers:` and `models:`, as the example file does")
        }
        self.init(reading: reading, label: "", kind: "", steps: [], place: root.place, fields: fields)
    }

    /// Refuses the fields that were never asked for. Called once, when the section has read all it knows.
    func finish() {
        let present = Set(fields.keys)
        reading.cover(kind, asked: asked, present: present.intersection(asked))
        for field in fields.values where !asked.contains(field.name) {
            let shown = FieldName.showable(field.name).map { "`\($0)`" } ?? "a field"
            let nearest = FieldName.nearest(to: field.name, among: asked.sorted())
            let known = asked.sorted().map { "`\($0)`" }.joined(separator: ", ")
            reading.report(
                field.place, "\(shown) is not a field of \(label.isEmpty ? "the configuration" : "`\(label)`")",
                "unknown fields are refused so that a slip is noticed",
                nearest.map { "did you mean `\($0)`?" } ?? "use one of \(known), or remove it")
        }
    }

    /// `server.lanes` for the field `lanes` of the scope `server`.
    func path(_ name: String) -> String { label.isEmpty ? name : "\(label).\(name)" }

    /// Where the field stands, or the scope where the field is left out.
    func place(of name: String) -> Place { fields[name]?.place ?? place }

    /// Reports that `name` is required and missing.
    func missing(_ name: String, why: String, fix: String) {
        reading.report(place, "`\(path(name))` is missing", why, fix)
    }
}

// MARK: - Looking fields up

extension Scope {
    /// Notes that the section knows `name`, and gives its value where the file has one other than null.
    private func node(_ name: String) -> DocumentNode? {
        asked.insert(name)
        guard let field = fields[name], !field.value.isNull else { return nil }
        return field.value
    }

    /// Whether the file has `name`, be it null.
    func mentions(_ name: String) -> Bool {
        asked.insert(name)
        return fields[name] != nil
    }

    /// Whether the list `name` is left out, null or empty, as opposed to a list whose elements are all wrong.
    func hasNoItems(_ name: String) -> Bool {
        guard let node = node(name) else { return true }
        guard case .list(let items) = node.content else { return false }
        return items.isEmpty
    }

    /// The scalar `name`, expanded, or its override. With `isSecret` no message shows anything of it.
    func text(_ name: String, isSecret: Bool = false) -> Found<Text> {
        let node = node(name)
        if let override = reading.overrides.take(steps + [name]) {
            return .value(Text(value: override.value, shown: nil, place: .environment(variable: override.variable)))
        }
        guard let node else { return .absent }
        return text(node, path: path(name), isSecret: isSecret)
    }

    private func text(_ node: DocumentNode, path: String, isSecret: Bool) -> Found<Text> {
        guard case .scalar(let raw, _) = node.content else {
            reading.report(
                node.place, "`\(path)` is \(node.kind)", "it takes a single value", "write the value after the colon")
            return .broken
        }
        do throws(Flaw) {
            let value = try reading.expansion.expand(raw)
            return .value(
                Text(
                    value: value, shown: isSecret || Text.looksSecret(raw) ? nil : Text.showable(raw), place: node.place
                ))
        } catch {
            reading.report(node.place, "`\(path)` cannot be filled in", error.why, error.fix)
            return .broken
        }
    }

    /// The scalar `name`, turned into a value by `parse`; problems are reported here.
    func value<T>(_ name: String, isSecret: Bool = false, _ parse: (String) throws(Flaw) -> T) -> Found<Placed<T>> {
        switch text(name, isSecret: isSecret) {
        case .absent: return .absent
        case .broken: return .broken
        case .value(let text): return value(text, path: path(name), parse)
        }
    }

    private func value<T>(_ text: Text, path: String, _ parse: (String) throws(Flaw) -> T) -> Found<Placed<T>> {
        do throws(Flaw) {
            return .value(Placed(value: try parse(text.value), place: text.place))
        } catch {
            let what = text.shown.map { "`\(path)` is `\($0)`" } ?? "`\(path)` cannot be used"
            reading.report(text.place, what, error.why, error.fix)
            return .broken
        }
    }

    /// A list of scalars. An override writes it as one text with commas.
    func texts(_ name: String) -> Found<[Text]> {
        let node = node(name)
        if let override = reading.overrides.take(steps + [name]) {
            let place = Place.environment(variable: override.variable)
            let pieces = override.value.split(separator: ",").map { $0.drop { $0 == " " } }
            return .value(pieces.map { Text(value: String($0), shown: nil, place: place) })
        }
        guard let node else { return .absent }
        guard case .list(let items) = node.content else {
            reading.report(
                node.place, "`\(path(name))` is \(node.kind)", "it takes a list",
                "write it in brackets, as in `\(name): [\"*\"]`")
            return .broken
        }
        let texts = items.compactMap { text($0, path: path(name), isSecret: false).value }
        return texts.count == items.count ? .value(texts) : .broken
    }
}

// MARK: - Scopes below

extension Scope {
    /// Reads the group `name` if the file or an override has it; nil if neither does.
    func group<T>(_ name: String, _ read: (Scope) -> T) -> T? {
        guard let scope = scope(name) else { return nil }
        let result = read(scope)
        scope.finish()
        return result
    }

    private func scope(_ name: String) -> Scope? {
        let node = node(name)
        guard node != nil || reading.overrides.reaches(below: steps + [name]) else { return nil }
        return Scope(
            reading: reading, label: path(name), kind: kind.isEmpty ? name : "\(kind).\(name)", steps: steps + [name],
            place: place(of: name), fields: node.flatMap { groupFields($0, path: path(name)) } ?? [])
    }

    private func groupFields(_ node: DocumentNode, path: String) -> [DocumentField]? {
        if case .mapping(let fields) = node.content { return fields }
        reading.report(
            node.place, "`\(path)` is \(node.kind)", "it takes a group of fields", "write its fields below it, indented"
        )
        return nil
    }

    /// Reads the groups of the list `name`. Messages and overrides address an element by its `name`, else by its number.
    func items<T>(_ name: String, _ read: (Scope) -> T?) -> [T] {
        guard let node = node(name) else { return [] }
        guard case .list(let items) = node.content else {
            reading.report(
                node.place, "`\(path(name))` is \(node.kind)", "it takes a list", "start each entry with `- `")
            return []
        }
        var results: [T] = []
        for (index, item) in items.enumerated() {
            guard let fields = groupFields(item, path: "\(path(name))[\(index)]") else { continue }
            let scope = element(of: name, index, fields, place: item.place)
            if let result = read(scope) { results.append(result) }
            scope.finish()
        }
        return results
    }

    private func element(of name: String, _ index: Int, _ fields: [DocumentField], place: Place) -> Scope {
        var shown = "\(path(name))[\(index)]"
        var step = String(index)
        if let field = fields.first(where: { $0.name == "name" }), case .scalar(let raw, _) = field.value.content,
            !raw.isEmpty
        {
            shown = "\(path(name)).\(Text.showable(raw))"
            step = (try? reading.expansion.expand(raw)) ?? raw
        }
        return Scope(
            reading: reading, label: shown, kind: (kind.isEmpty ? name : "\(kind).\(name)") + "[]",
            steps: steps + [name, step], place: place, fields: fields)
    }

    /// A group whose field names are free: every name with its text. Values are never shown, for they may be secret.
    func freeTexts(_ name: String) -> [(name: String, value: Text)] {
        guard let scope = scope(name) else { return [] }
        var names = scope.fields.values.sorted { $0.place.precedes($1.place) }.map(\.name)
        let known = Set(names.map { Overrides.variable([$0]) })
        for variable in reading.overrides.names(below: scope.steps) where !known.contains("SLUICE_" + variable) {
            names.append(variable.lowercased().replacing("_", with: "-"))
        }
        return names.compactMap { field in
            scope.text(field, isSecret: true).value.map { (field, $0) }
        }
    }
}

/// A value with its place, for problems that show only when it is compared with others.
struct Placed<Value> {
    var value: Value
    var place: Place
}

extension Place {
    func precedes(_ other: Place) -> Bool {
        switch (self, other) {
        case (.line(let a, let c), .line(let b, let d)): (a, c) < (b, d)
        case (.line, .environment): true
        case (.environment, _): false
        }
    }
}
