// SPDX-License-Identifier: Apache-2.0

import FuzzDriver
import GatewayHTTP

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
func lookAtInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    CallerKeyFuzzer.look(at: Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// Reads the caller's key from header fields, and compares with a plain reading of the rules: every field that names a key
/// must name the same one, and only a bearer token may stand in `authorization`.
enum CallerKeyFuzzer {
    private static let names = ["authorization", "x-api-key", "api-key", "x-goog-api-key", "x-other", "Authorization"]

    /// Each line is a field: its first byte chooses the name.
    static func look(at input: [UInt8]) {
        var table = FieldTable()
        var accepted: [(name: String, value: [UInt8])] = []
        for line in input.split(separator: UInt8(ascii: "\n")) {
            guard let choice = line.first else { continue }
            let name = names[Int(choice) % names.count]
            let value = Array(line.dropFirst())
            do throws(HTTPFault) {
                try table.add(name: name.utf8, value: value)
                accepted.append((name, value))
            } catch {
                require(
                    name == "Authorization" || value.contains { $0 < 0x20 || $0 == 0x7f }, "a field refused for nothing"
                )
            }
        }
        let key = CallerKey(in: table)
        require(matches(key, expected(accepted), table), "\(key) from \(accepted)")
    }

    private enum Expected: Equatable {
        case missing, ambiguous, unsupportedScheme
        case presented([UInt8])
    }

    private static func expected(_ fields: [(name: String, value: [UInt8])]) -> Expected {
        var keys: [[UInt8]] = []
        for (name, value) in fields where name != "x-other" && !value.isEmpty {
            guard name == "authorization" else {
                keys.append(value)
                continue
            }
            let scheme = value.prefix(7).map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
            let token = value.dropFirst(7).drop { $0 == UInt8(ascii: " ") }
            guard scheme.elementsEqual("bearer ".utf8), !token.isEmpty else {
                return differ(keys) ? .ambiguous : .unsupportedScheme
            }
            keys.append(Array(token))
        }
        guard let first = keys.first else { return .missing }
        return differ(keys) ? .ambiguous : .presented(first)
    }

    private static func differ(_ keys: [[UInt8]]) -> Bool { keys.contains { $0 != keys.first } }

    private static func matches(_ key: CallerKey, _ expected: Expected, _ table: FieldTable) -> Bool {
        switch key {
        case .missing: expected == .missing
        case .ambiguous: expected == .ambiguous
        case .unsupportedScheme: expected == .unsupportedScheme
        case .presented(let range): expected == .presented(Array(table.bytes[range]))
        }
    }
}
