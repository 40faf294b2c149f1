// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The fields of one mapping, as the section that owns it reads them.
///
/// A section asks for each field it knows, by name, and `finish` refuses those that nobody asked for: so the list of
/// known fields is the reading code itself.
final class Scope {
    let reading: Reading
    let place: Place
    let address: ScopeAddress
    let fields: [DocumentField]
    private var asked: [String] = []
    /// What the variables that replace fields start with; nil when the environment replaces nothing.
    private(set) lazy var overridePrefix = makeOverridePrefix()

    init(reading: Reading, address: ScopeAddress, place: Place, fields: [DocumentField]) {
        self.reading = reading
        self.address = address
        self.place = place
        self.fields = fields
        // As many as most kinds of scope have.
        asked.reserveCapacity(8)
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
        self.init(reading: reading, address: .root, place: root.place, fields: fields)
    }

    /// Refuses the fields that were never asked for. Called once, when the section has read all it knows.
    func finish() {
        reading.cover(address, asked: asked, present: fields.map(\.name))
        for field in fields where !asked.contains(field.name) {
            reading.report(
                field.place, "\(shown(field)) is not a field of \(label.isEmpty ? "the configuration" : "`\(label)`")",
                "unknown fields are refused so that a slip is noticed", suggestion(for: field))
        }
    }

    private func shown(_ field: DocumentField) -> String {
        FieldName.showable(field.name).map { "`\($0)`" } ?? "a field"
    }

    private func suggestion(for field: DocumentField) -> String {
        let known = Set(asked).sorted()
        if let nearest = NearestName.find(field.name, among: known) { return "did you mean `\(nearest)`?" }
        return "use one of \(known.map { "`\($0)`" }.joined(separator: ", ")), or remove it"
    }

    private func makeOverridePrefix() -> String? {
        guard !reading.overrides.isEmpty else { return nil }
        return Overrides.prefix(address.steps { (try? reading.expansion.expand($0)) ?? $0 })
    }
}

// MARK: - Naming fields

extension Scope {
    /// How messages name the scope: `server.limits`, `providers.openai`; empty for the whole file.
    var label: String { address.label }

    /// `server.lanes` for the field `lanes` of the scope `server`.
    func path(_ name: String) -> String { address.label(of: name) }

    /// Where the field stands, or the scope where the field is left out.
    func place(of name: String) -> Place { field(name)?.place ?? place }

    /// Reports that `name` is required and missing.
    func missing(_ name: String, why: @autoclosure () -> String, fix: @autoclosure () -> String) {
        reading.report(place, "`\(path(name))` is missing", why(), fix())
    }
}

// MARK: - Looking fields up

extension Scope {
    private func field(_ name: String) -> DocumentField? {
        fields.first { $0.name == name }
    }

    /// Notes that the section knows `name`, and gives its value where the file has one other than null.
    func node(_ name: String) -> DocumentNode? {
        asked.append(name)
        guard let field = field(name), !field.value.isNull else { return nil }
        return field.value
    }

    /// Whether the file has `name`, be it null.
    func mentions(_ name: String) -> Bool { field(name) != nil }

    /// The value of the environment that replaces `name`, if there is one.
    func override(_ name: String) -> (variable: String, value: String)? {
        guard let overridePrefix else { return nil }
        return reading.overrides.take(name, below: overridePrefix)
    }

    /// The scalar `name`, expanded, or its override. With `isSecret` no message shows anything of it.
    func text(_ name: String, isSecret: Bool = false) -> Found<Text> {
        let node = node(name)
        if let override = override(name) { return .value(Text(value: override.value, of: override.variable)) }
        guard let node else { return .absent }
        return text(node, of: name, isSecret: isSecret)
    }

    /// The scalar that `node`, part of the field `name`, stands for.
    func text(_ node: DocumentNode, of name: String, isSecret: Bool) -> Found<Text> {
        guard case .scalar(let raw, _) = node.content else {
            reading.report(
                node.place, "`\(path(name))` is \(node.kind)", "it takes a single value",
                "write the value after the colon")
            return .broken
        }
        do throws(Flaw) {
            let value = try reading.expansion.expand(raw)
            return .value(Text(value: value, written: raw, isSecret: isSecret, place: node.place))
        } catch {
            reading.report(node.place, "`\(path(name))` cannot be filled in", error.why, error.fix)
            return .broken
        }
    }

    /// The scalar `name`, turned into a value by `parse`; problems are reported here.
    func value<T>(_ name: String, isSecret: Bool = false, _ parse: (String) throws(Flaw) -> T) -> Found<Placed<T>> {
        switch text(name, isSecret: isSecret) {
        case .absent: return .absent
        case .broken: return .broken
        case .value(let text):
            do throws(Flaw) {
                return .value(Placed(value: try parse(text.value), place: text.place))
            } catch {
                let what = text.shown.map { "`\(path(name))` is `\($0)`" } ?? "`\(path(name))` cannot be used"
                reading.report(text.place, what, error.why, error.fix)
                return .broken
            }
        }
    }

    /// A list of scalars. An override writes it as one text with commas.
    func texts(_ name: String) -> Found<[Text]> {
        let node = node(name)
        if let override = override(name) {
            let pieces = override.value.split(separator: ",").map { $0.drop { $0 == " " } }
            return .value(pieces.map { Text(value: String($0), of: override.variable) })
        }
        guard let node else { return .absent }
        guard case .list(let items) = node.content else {
            reading.report(
                node.place, "`\(path(name))` is \(node.kind)", "it takes a list",
                "write it in brackets, as in `\(name): [\"*\"]`")
            return .broken
        }
        let texts = items.compactMap { text($0, of: name, isSecret: false).value }
        return texts.count == items.count ? .value(texts) : .broken
    }
}
