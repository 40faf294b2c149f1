// SPDX-License-Identifier: Apache-2.0

import CSimdJSON

/// Validates JSON documents and finds the paths of a shape in them, in one pass. Reusable: it owns the memory of a scan,
/// and keeps what was found until its next one. Belongs to one lane.
///
/// The whole document is checked, to the letter of RFC 8259: UTF-8 without byte order mark, every escape (half a surrogate
/// pair is refused), number and literal, commas and brackets, and nothing after the value. Beyond the RFC, nesting ends at
/// 256 and a number at 4,096 characters. Duplicate keys are legal JSON; `JSONField.occurrences` tells of them.
package final class JSONScanner {
    let native: OpaquePointer
    private let found: UnsafePointer<sluice_json_field>

    package init() {
        native = sluice_json_scanner_create()
        found = sluice_json_fields(native)
    }

    deinit { sluice_json_scanner_destroy(native) }

    /// Validates all of `bytes` and finds the paths of `shape`. `padded` tells whether the 64 bytes after the end may be
    /// read; the scanner has no need of them, so it makes no difference.
    package func scan(
        _ bytes: UnsafeRawBufferPointer, padded: Bool, for shape: JSONShape
    ) throws(JSONFault) -> JSONFields {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let outcome = sluice_json_scan(native, start, bytes.count, shape.native)
        if let fault = outcome.fault {
            throw JSONFault(message: String(cString: fault), offset: Int(outcome.fault_offset))
        }
        return JSONFields(
            scanner: self, root: JSONKind(rawValue: outcome.root_kind) ?? .absent,
            rootRange: Int(outcome.root_start)..<Int(outcome.root_end))
    }

    fileprivate var prompt: JSONPrompt {
        JSONPrompt(found: sluice_json_prompt_found(native).pointee, listed: sluice_json_media_found(native))
    }

    fileprivate subscript(index: Int) -> sluice_json_field {
        precondition(index >= 0 && index < JSONShape.maximumPaths)
        return found[index]
    }
}

/// What a scan found. Valid until the scanner's next scan.
package struct JSONFields {
    private let scanner: JSONScanner
    /// What the whole document is.
    package let root: JSONKind
    /// Where its value lies, without the white space around.
    package let rootRange: Range<Int>

    fileprivate init(scanner: JSONScanner, root: JSONKind, rootRange: Range<Int>) {
        self.scanner = scanner
        self.root = root
        self.rootRange = rootRange
    }

    /// What was found at the shape's path number `index`.
    package subscript(index: Int) -> JSONField { JSONField(native: scanner[index]) }

    subscript<Path: JSONPath>(path: Path) -> JSONField { self[path.rawValue] }

    /// What a model reads of the document, at the paths that the shape says are read.
    var prompt: JSONPrompt { scanner.prompt }

    /// How many characters of text the paths numbered `indices` hold, over all their matches.
    func textLength(_ indices: Range<Int>) -> Int {
        indices.reduce(0) { $0 + Int(scanner[$1].total_length) }
    }
}

/// The values at one path of a shape. What is said of a value is said of the last match: where keys are repeated, that is
/// the one that most readers take.
package struct JSONField {
    private let native: sluice_json_field

    fileprivate init(native: sluice_json_field) { self.native = native }

    package var kind: JSONKind { JSONKind(rawValue: native.kind) ?? .absent }

    /// Whether there is a value other than null.
    var isTold: Bool { kind != .absent && kind != .null }

    /// How often the path's last key stood in one object, at most: 2 and more are duplicates.
    package var occurrences: Int { Int(native.occurrences) }

    /// How often the path matched, over all elements of arrays.
    package var matches: Int { Int(native.matches) }

    /// The raw token: strings with their quotes, objects and arrays from bracket to bracket.
    package var range: Range<Int> { Int(native.start)..<Int(native.end) }

    /// Whether the value is `true`.
    package var bool: Bool { native.truth }

    /// The number, if it is whole and fits, however it is written: `12`, `12.0`, `1.2e1`.
    package var integer: Int64? { native.has_integer ? native.integer : nil }

    /// Raw lengths added up over all matches: strings without their quotes, objects and arrays whole, others nothing.
    package var totalLength: Int { Int(native.total_length) }
}
