// SPDX-License-Identifier: Apache-2.0

/// The name and value of a label.
typealias Label = (name: StaticString, value: String)

/// One line of a metric.
struct Sample {
    var suffix: StaticString
    var labels: [Label]
    var value: String

    init(suffix: StaticString = "", _ labels: [Label], _ value: String) {
        self.suffix = suffix
        self.labels = labels
        self.value = value
    }
}

/// Prometheus' text format 0.0.4.
struct Exposition {
    enum Kind: String {
        case counter, gauge, histogram
    }

    private(set) var text = ""

    /// Adds a metric with all its samples, which must be together. Names get the product's prefix, except those that
    /// Prometheus itself defines for processes.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        let name = name.hasPrefix("process_") ? name : "sluice_\(name)"
        text += "# HELP \(name) \(Exposition.escaped(help, quotes: false))\n"
        text += "# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            text += "\(name)\(sample.suffix)\(Exposition.labels(sample.labels)) \(sample.value)\n"
        }
    }

    private static func labels(_ labels: [Label]) -> String {
        if labels.isEmpty { return "" }
        return "{\(labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ","))}"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped.append(contentsOf: #"\\"#.unicodeScalars)
            case "\n": escaped.append(contentsOf: #"\n"#.unicodeScalars)
            case "\"" where quotes: escaped.append(contentsOf: #"\""#.unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}

/// `value` divided by ten to the power of `places`, exactly, without trailing zeros.
func decimal(_ value: UInt64, places: Int) -> String {
    let digits = String(value)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    var fraction = padded.suffix(places)
    while fraction.hasSuffix("0") { fraction.removeLast() }
    let whole = padded.dropLast(places)
    return fraction.isEmpty ? String(whole) : "\(whole).\(fraction)"
}
