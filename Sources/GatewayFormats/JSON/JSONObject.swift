// SPDX-License-Identifier: Apache-2.0

/// A JSON object being written: for the few small documents that the gateway itself says.
struct JSONObject {
    /// The object's text.
    private(set) var bytes = [UInt8(ascii: "{"), UInt8(ascii: "}")]

    init(_ members: (inout JSONObject) -> Void) {
        members(&self)
    }

    /// Adds a string, or null.
    mutating func string(_ key: String, _ value: String?) {
        member(key) { output in
            guard let value else { return output.append(contentsOf: "null".utf8) }
            JSONText.append(value, to: &output)
        }
    }

    mutating func integer(_ key: String, _ value: Int) {
        member(key) { $0.append(contentsOf: String(value).utf8) }
    }

    mutating func bool(_ key: String, _ value: Bool) {
        member(key) { $0.append(contentsOf: String(value).utf8) }
    }

    mutating func object(_ key: String, _ value: JSONObject) {
        member(key) { $0.append(contentsOf: value.bytes) }
    }

    mutating func array(_ key: String, _ elements: [JSONObject]) {
        member(key) { output in
            output.append(UInt8(ascii: "["))
            output.append(contentsOf: elements.map(\.bytes).joined(separator: [UInt8(ascii: ",")]))
            output.append(UInt8(ascii: "]"))
        }
    }

    private mutating func member(_ key: String, _ value: (inout [UInt8]) -> Void) {
        let isFirst = bytes.count == 2
        bytes.removeLast()
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        JSONText.append(key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        value(&bytes)
        bytes.append(UInt8(ascii: "}"))
    }
}
