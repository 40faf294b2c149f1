// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A reader of Prometheus' text format 0.0.4, strict where Prometheus is and stricter where good manners are: every metric
/// has help and a type, its samples stand together, no sample appears twice, counters end in `_total`.
struct PrometheusText {
    struct Sample {
        var name: String
        var labels: [String: String]
        var value: Double
        /// The value as written.
        var text: String
    }

    struct Fault: Error, CustomStringConvertible {
        var description: String
    }

    private(set) var samples: [Sample] = []
    private(set) var types: [String: String] = [:]
    private var helps: Set<String> = []
    private var current = ""
    private var seen: Set<String> = []

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Fault(description: "the last line does not end") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) { try read(String(line)) }
        for type in types.keys where !samples.contains(where: { family($0.name) == type }) {
            throw Fault(description: "\(type) has no samples")
        }
    }

    /// The value of the one sample of `name` that has all of `labels`.
    func value(_ name: String, _ labels: [String: String] = [:]) throws -> Double {
        let found = samples.filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        guard found.count == 1, let sample = found.first else {
            throw Fault(description: "\(found.count) samples of \(name) \(labels)")
        }
        return sample.value
    }

    private mutating func read(_ line: String) throws {
        if let match = line.wholeMatch(of: /# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)/) {
            current = String(match.1)
            guard helps.insert(current).inserted else { throw Fault(description: "\(current) is there twice") }
        } else if let match = line.wholeMatch(of: /# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)/) {
            guard match.1 == current else { throw Fault(description: "type of \(match.1) under \(current)") }
            guard match.2 != "counter" || current.hasSuffix("_total") else {
                throw Fault(description: "\(current) is a counter and does not end in _total")
            }
            types[current] = String(match.2)
        } else {
            try readSample(line)
        }
    }

    private mutating func readSample(_ line: String) throws {
        // By hand, not by a regular expression: there are thousands of these.
        let name = String(line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") })
        let rest = line.dropFirst(name.count)
        guard !name.isEmpty, let space = rest.lastIndex(of: " ") else {
            throw Fault(description: "not a sample: \(line)")
        }
        let braced = rest[..<space]
        let number = rest[rest.index(after: space)...]
        guard braced.isEmpty || braced.hasPrefix("{") && braced.hasSuffix("}") else {
            throw Fault(description: "not a sample: \(line)")
        }
        let labels = try Self.labels(String(braced.dropFirst().dropLast()))
        guard family(name) == current, types[current] != nil else {
            throw Fault(description: "\(name) stands under \(current)")
        }
        let identity = "\(name)\(labels.sorted { $0.key < $1.key })"
        guard seen.insert(identity).inserted else { throw Fault(description: "twice: \(identity)") }
        guard let value = Double(number) else { throw Fault(description: "not a number: \(line)") }
        samples.append(Sample(name: name, labels: labels, value: value, text: String(number)))
    }

    private func family(_ name: String) -> String {
        if types[name] != nil { return name }
        for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
            let family = String(name.dropLast(suffix.count))
            if types[family] == "histogram" { return family }
        }
        return name
    }

    private static func labels(_ text: String) throws -> [String: String] {
        var labels: [String: String] = [:]
        var rest = text.unicodeScalars[...]
        while !rest.isEmpty {
            guard let equals = rest.firstIndex(of: "=") else { throw Fault(description: "labels: \(text)") }
            let name = String(rest[..<equals])
            guard name.wholeMatch(of: /[a-zA-Z_][a-zA-Z0-9_]*/) != nil, labels[name] == nil else {
                throw Fault(description: "label name: \(name)")
            }
            rest = rest[rest.index(after: equals)...]
            guard rest.popFirst() == "\"" else { throw Fault(description: "labels: \(text)") }
            labels[name] = try value(&rest)
            if !rest.isEmpty, rest.popFirst() != "," { throw Fault(description: "labels: \(text)") }
        }
        return labels
    }

    /// Reads the escaped value up to and with its closing quote.
    private static func value(_ rest: inout Substring.UnicodeScalarView) throws -> String {
        var value = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return String(value)
            case "\\":
                switch rest.popFirst() {
                case "n": value.append("\n")
                case "\\": value.append("\\")
                case "\"": value.append("\"")
                default: throw Fault(description: "unknown escape")
                }
            default: value.append(scalar)
            }
        }
        throw Fault(description: "a label value does not end")
    }
}
