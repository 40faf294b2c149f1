// SPDX-License-Identifier: Apache-2.0

import CSimdJSON

/// Paths of which a scan notes the values, compiled once. `usage.prompt_tokens` is a key in an object in the document;
/// `choices.*.delta` a key in every element of an array. A path's place in the list is its index.
package final class JSONShape: Sendable {
    /// Most paths of one shape.
    package static let maximumPaths = Int(sluice_json_maximum_fields)

    // Written to by `init` alone, before anybody else can see it; scans only read it.
    nonisolated(unsafe) let native: OpaquePointer

    /// Compiles `paths`: at most `maximumPaths`, each once.
    package convenience init(_ paths: [String]) {
        self.init(paths, reading: [:])
    }

    /// Compiles `paths`, and has what is at and below the paths of `reading` weighed as a model reads it.
    init(_ paths: [String], reading: [String: JSONReading]) {
        native = sluice_json_shape_create()
        for (index, path) in paths.enumerated() {
            precondition(
                sluice_json_shape_note(native, JSONShape.node(at: path, in: native), Int32(index)),
                "\(path): listed twice, or too many paths")
        }
        for (path, reading) in reading {
            sluice_json_shape_read(native, JSONShape.node(at: path, in: native), reading.rawValue)
        }
    }

    deinit { sluice_json_shape_destroy(native) }

    private static func node(at path: String, in native: OpaquePointer) -> Int32 {
        path.split(separator: ".").reduce(0) { child(of: $0, named: $1, in: native) }
    }

    private static func child(of node: Int32, named name: Substring, in native: OpaquePointer) -> Int32 {
        if name == "*" { return sluice_json_shape_child(native, node, nil, 0) }
        let bytes = Array(name.utf8)
        return sluice_json_shape_child(native, node, bytes, bytes.count)
    }
}

/// The paths of one shape, as cases in the order of their index.
protocol JSONPath: CaseIterable, RawRepresentable where RawValue == Int {
    var path: String { get }
}

extension JSONShape {
    /// The shape of all cases of `paths`, then `more`.
    convenience init<Paths: JSONPath>(
        _ paths: Paths.Type, then more: [String] = [], reading: [String: JSONReading] = [:]
    ) {
        self.init(Paths.allCases.map(\.path) + more, reading: reading)
    }
}
