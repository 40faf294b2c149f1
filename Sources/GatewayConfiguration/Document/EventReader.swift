// SPDX-License-Identifier: Apache-2.0

import CYAML

/// One step of reading a YAML text.
enum DocumentEvent {
    /// `isPlain` says that it stood without quotes.
    case scalar(String, isPlain: Bool)
    case listStart
    case mappingStart
    /// The end of the list or mapping that was started last.
    case end
}

/// Reads the events of one YAML document through libyaml, and refuses on sight what a configuration has no use for: tags,
/// anchors, aliases, directives, further documents. So no alias is ever expanded, and no tag chooses a type.
final class EventReader {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    /// The file's name for messages.
    private let file: String
    private var hasBegun = false

    /// Reads `text`, which is UTF-8 and must outlive the reader.
    init(_ text: UnsafeBufferPointer<UInt8>, file: String) throws(ConfigurationErrors) {
        self.file = file
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else { throw DocumentFault.unreadable.refusal(at: .start, in: file) }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        // Right also for a parser that could not be initialised: it is all zeros.
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event with its position; nil at the end of the text.
    func next() throws(ConfigurationErrors) -> (event: DocumentEvent, mark: Mark)? {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxRefusal() }
            defer { yaml_event_delete(&event) }
            let mark = Mark(event.start_mark)
            switch event.type {
            case YAML_SCALAR_EVENT: return (try scalar(event, mark), mark)
            case YAML_SEQUENCE_START_EVENT:
                try refuse(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag, mark)
                return (.listStart, mark)
            case YAML_MAPPING_START_EVENT:
                try refuse(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag, mark)
                return (.mappingStart, mark)
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return (.end, mark)
            case YAML_ALIAS_EVENT: throw refusal(.anchor, mark)
            case YAML_DOCUMENT_START_EVENT: try begin(event, mark)
            case YAML_STREAM_END_EVENT: return nil
            default: break
            }
        }
    }

    private func begin(_ event: yaml_event_t, _ mark: Mark) throws(ConfigurationErrors) {
        guard !hasBegun else { throw refusal(.secondDocument, mark) }
        hasBegun = true
        let start = event.data.document_start
        guard start.version_directive == nil, start.tag_directives.start == start.tag_directives.end else {
            throw refusal(.directive, mark)
        }
    }

    private func scalar(_ event: yaml_event_t, _ mark: Mark) throws(ConfigurationErrors) -> DocumentEvent {
        let scalar = event.data.scalar
        try refuse(anchor: scalar.anchor, tag: scalar.tag, mark)
        let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
        // The tag `!` leaves no trace but the place it takes. Where it could make a difference, the text is short.
        if isPlain, DocumentNode.isNull(text), event.end_mark.index - event.start_mark.index != scalar.length {
            throw refusal(.tag, mark)
        }
        return .scalar(text, isPlain: isPlain)
    }

    private func refuse(
        anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?, _ mark: Mark
    ) throws(ConfigurationErrors) {
        if anchor != nil { throw refusal(.anchor, mark) }
        if tag != nil { throw refusal(.tag, mark) }
    }
}

// MARK: - Refusals

extension EventReader {
    private func refusal(_ fault: DocumentFault, _ mark: Mark) -> ConfigurationErrors {
        fault.refusal(at: mark, in: file)
    }

    /// What libyaml found wrong.
    private func syntaxRefusal() -> ConfigurationErrors {
        let parser = parser.pointee
        guard parser.error == YAML_SCANNER_ERROR || parser.error == YAML_PARSER_ERROR, let text = parser.problem else {
            return refusal(.unreadable, .start)
        }
        let problem = String(cString: text)
        if problem.contains("<document start>") { return refusal(.secondDocument, Mark(parser.problem_mark)) }
        let context = parser.context.map { "\(String(cString: $0)) (line \(parser.context_mark.line + 1)): " } ?? ""
        return refusal(.syntax(problem: problem, context: context), Mark(parser.problem_mark))
    }
}

extension Mark {
    init(_ mark: yaml_mark_t) {
        self.init(line: Int32(clamping: mark.line + 1), column: Int32(clamping: mark.column + 1))
    }
}
