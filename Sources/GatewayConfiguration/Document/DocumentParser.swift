// SPDX-License-Identifier: Apache-2.0

/// Turns YAML text into a `DocumentNode`, in time linear in the text whatever it holds.
struct DocumentParser {
    /// A configuration needs eight.
    static let maximumDepth = 32

    /// The file's name for messages.
    let file: String

    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    /// The document in `text`, which is UTF-8; nil when there is nothing in it. A byte order mark at the start, which some
    /// editors write, is passed over.
    func parse(_ text: [UInt8]) throws(ConfigurationErrors) -> DocumentNode? {
        let text = text.starts(with: Self.byteOrderMark) ? text.dropFirst(Self.byteOrderMark.count) : text[...]
        // `withUnsafeBufferPointer` knows typed errors, but not how to infer them.
        let result = text.withUnsafeBufferPointer { bytes in
            Result<DocumentNode?, ConfigurationErrors> { () throws(ConfigurationErrors) in try parse(bytes) }
        }
        return try result.get()
    }

    private func parse(_ text: UnsafeBufferPointer<UInt8>) throws(ConfigurationErrors) -> DocumentNode? {
        if let (character, line) = HiddenCharacter.first(in: text) {
            throw refusal(.character(character), Mark(line: line, column: 1))
        }
        let events = try EventReader(text, file: file)
        guard let (event, mark) = try events.next() else { return nil }
        let root = try node(event, mark, events, depth: 0)
        // Reads on to the end: a second document is refused there.
        while try events.next() != nil {}
        return root.isNull ? nil : root
    }

    private func node(
        _ event: DocumentEvent, _ mark: Mark, _ events: EventReader, depth: Int
    ) throws(ConfigurationErrors) -> DocumentNode {
        guard depth < Self.maximumDepth else { throw refusal(.depth, mark) }
        switch event {
        case .scalar(let text, let isPlain):
            return DocumentNode(mark: mark, content: .scalar(text, isPlain: isPlain))
        case .listStart:
            return DocumentNode(mark: mark, content: .list(try items(events, depth: depth + 1)))
        case .mappingStart:
            return DocumentNode(mark: mark, content: .mapping(try fields(events, depth: depth + 1)))
        case .end:
            // libyaml closes nothing that it has not opened.
            throw refusal(.unreadable, mark)
        }
    }

    private func items(_ events: EventReader, depth: Int) throws(ConfigurationErrors) -> [DocumentNode] {
        var items: [DocumentNode] = []
        while let (event, mark) = try events.next() {
            if case .end = event { break }
            items.append(try node(event, mark, events, depth: depth))
        }
        return items
    }

    private func fields(_ events: EventReader, depth: Int) throws(ConfigurationErrors) -> [DocumentField] {
        var fields: [DocumentField] = []
        // As many as most entries have.
        fields.reserveCapacity(4)
        var names = FieldNames()
        while let (event, mark) = try events.next() {
            if case .end = event { break }
            guard case .scalar(let name, let isPlain) = event else { throw refusal(.fieldName, mark) }
            if isPlain, name == "<<" { throw refusal(.mergeKey, mark) }
            if let first = names.admit(name, among: fields) {
                throw refusal(.duplicate(name: name, firstLine: first), mark)
            }
            guard let (event, place) = try events.next() else { break }
            let value = try node(event, place, events, depth: depth)
            fields.append(DocumentField(name: name, mark: mark, value: value))
        }
        return fields
    }

    private func refusal(_ fault: DocumentFault, _ mark: Mark) -> ConfigurationErrors {
        fault.refusal(at: mark, in: file)
    }
}

/// Finds fields that are given twice. Most groups are small, and compared one by one; large ones get a table.
private struct FieldNames {
    private static let few = 16
    private var lines: [String: Int32] = [:]

    /// The line of an earlier field `name` among `fields`, if there is one.
    mutating func admit(_ name: String, among fields: [DocumentField]) -> Int32? {
        if fields.count < Self.few { return fields.first { $0.name == name }?.mark.line }
        if lines.isEmpty {
            lines = Dictionary(fields.map { ($0.name, $0.mark.line) }, uniquingKeysWith: { first, _ in first })
        } else if let last = fields.last {
            lines[last.name] = last.mark.line
        }
        return lines[name]
    }
}
