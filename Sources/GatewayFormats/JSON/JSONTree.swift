// SPDX-License-Identifier: Apache-2.0

import CSimdJSON

/// A JSON document with the place of every value in it: one array of bytes, one of places. Strings and numbers are decoded
/// when they are asked for, and most never are: they go from one document into another as they stand.
package final class JSONTree: Sendable {
    /// One value of the document. What it holds comes directly after it; an object's keys and values take turns.
    struct Node {
        var start: UInt32
        var end: UInt32
        /// The index of the first node after this one and all it holds.
        var next: UInt32
        var kind: JSONKind
    }

    let bytes: [UInt8]
    let nodes: [Node]

    /// The whole document.
    package var root: JSONValue { JSONValue(tree: self, index: 0) }

    init(bytes: [UInt8], nodes: [Node]) {
        self.bytes = bytes
        self.nodes = nodes
    }
}

extension JSONScanner {
    /// Validates `bytes` as `scan` does, and keeps a copy with the place of every value in it.
    package func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONFault) -> JSONTree {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let listed = sluice_json_parse(native, start, bytes.count)
        if let fault = listed.outcome.fault {
            throw JSONFault(message: String(cString: fault), offset: Int(listed.outcome.fault_offset))
        }
        let nodes = UnsafeBufferPointer(start: listed.nodes, count: listed.count).map { node in
            JSONTree.Node(
                start: node.start, end: node.end, next: node.next, kind: JSONKind(rawValue: node.kind) ?? .null)
        }
        return JSONTree(bytes: Array(bytes), nodes: nodes)
    }

    /// The same for bytes in an array.
    package func parse(_ bytes: [UInt8]) throws(JSONFault) -> JSONTree {
        let result: Result<JSONTree, JSONFault> = bytes.withUnsafeBytes { buffer in
            do throws(JSONFault) { return .success(try parse(buffer)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
