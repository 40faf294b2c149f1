// SPDX-License-Identifier: Apache-2.0

/// Scopes below a scope.
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
        guard node != nil || isOverridden(below: name) else { return nil }
        return Scope(
            reading: reading, address: .group(name, in: address), place: place(of: name),
            fields: node.flatMap { groupFields($0, path(name)) } ?? [])
    }

    private func isOverridden(below name: String) -> Bool {
        guard let overridePrefix else { return false }
        return reading.overrides.reach(below: "\(overridePrefix)\(Overrides.step(name))__")
    }

    private func groupFields(_ node: DocumentNode, _ path: @autoclosure () -> String) -> [DocumentField]? {
        if case .mapping(let fields) = node.content { return fields }
        reading.report(
            node.place, "`\(path())` is \(node.kind)", "it takes a group of fields",
            "write its fields below it, indented")
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
        results.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            guard let fields = groupFields(item, "\(path(name))[\(index)]") else { continue }
            let entry = ScopeAddress.entry(list: name, index: index, name: Self.entryName(fields), in: address)
            let scope = Scope(reading: reading, address: entry, place: item.place, fields: fields)
            if let result = read(scope) { results.append(result) }
            scope.finish()
        }
        return results
    }

    private static func entryName(_ fields: [DocumentField]) -> String? {
        guard case .scalar(let raw, _) = fields.first(where: { $0.name == "name" })?.value.content, !raw.isEmpty else {
            return nil
        }
        return raw
    }

    /// How many elements the list `name` has.
    func count(_ name: String) -> Int {
        guard case .list(let items) = fields.first(where: { $0.name == name })?.value.content else { return 0 }
        return items.count
    }

    /// Whether the list `name` is left out, null or empty, as opposed to a list whose elements are all wrong.
    func hasNoItems(_ name: String) -> Bool {
        guard let node = node(name) else { return true }
        guard case .list(let items) = node.content else { return false }
        return items.isEmpty
    }

    /// A group whose field names are free: every name with its text. Values are never shown, for they may be secret.
    func freeTexts(_ name: String) -> [(name: String, value: Text)] {
        guard let scope = scope(name) else { return [] }
        var texts = scope.fields.compactMap { field in scope.freeText(field).map { (field.name, $0) } }
        guard let prefix = scope.overridePrefix else { return texts }
        let known = Set(scope.fields.map { Overrides.step($0.name) })
        for step in reading.overrides.steps(below: prefix) where !known.contains(step) {
            let field = step.lowercased().replacing("_", with: "-")
            if let text = scope.text(field, isSecret: true).value { texts.append((field, text)) }
        }
        return texts
    }

    private func freeText(_ field: DocumentField) -> Text? {
        if let override = override(field.name) { return Text(value: override.value, of: override.variable) }
        return field.value.isNull ? nil : text(field.value, of: field.name, isSecret: true).value
    }
}
