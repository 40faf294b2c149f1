// SPDX-License-Identifier: Apache-2.0

/// The environment variables that replace values of the file: `SLUICE_SERVER__DATA__ADDRESS` for
/// `server.data.address`. Only names with `__` count, so that `SLUICE_ADMIN_KEY` stays free for `${SLUICE_ADMIN_KEY}`.
struct Overrides {
    private let values: [String: String]
    private var known: Set<String> = []
    private var uses: [String: Int] = [:]

    init(environment: [String: String]) {
        values = environment.filter { $0.key.hasPrefix("SLUICE_") && $0.key.dropFirst(7).contains("__") }
    }

    /// The variable that replaces the value at `steps`, with its value if it is set.
    mutating func take(_ steps: [String]) -> (variable: String, value: String)? {
        let variable = Self.variable(steps)
        known.insert(variable)
        guard let value = values[variable] else { return nil }
        uses[variable, default: 0] += 1
        return (variable, value)
    }

    /// Whether some variable is for a value below `steps`, so that the group is read even if the file leaves it out.
    func reaches(below steps: [String]) -> Bool {
        let prefix = Self.variable(steps) + "__"
        return values.keys.contains { $0.hasPrefix(prefix) }
    }

    /// The last steps of the variables below `steps`: the names under a group whose fields are free, such as `headers`.
    func names(below steps: [String]) -> [String] {
        let prefix = Self.variable(steps) + "__"
        return values.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }.sorted()
    }

    /// Variables that no value asked for, or that more than one did.
    func problems() -> [ConfigurationProblem] {
        values.keys.sorted().compactMap { variable in
            switch uses[variable, default: 0] {
            case 0: unknown(variable)
            case 1: nil
            default:
                ConfigurationProblem(
                    file: "environment variable \(variable)", what: "it replaces more than one value",
                    why: "two entries have names that read the same in upper case with `_`",
                    fix: "rename one of them, or write the value in the file")
            }
        }
    }

    private func unknown(_ variable: String) -> ConfigurationProblem {
        let nearest = FieldName.nearest(to: variable, among: known.sorted())
        return ConfigurationProblem(
            file: "environment variable \(variable)", what: "it replaces no value",
            why: "no field of the configuration has that path",
            fix: nearest.map { "did you mean `\($0)`?" }
                ?? "write SLUICE_, then the path in upper case with `__` between its steps, or unset it")
    }

    /// `server`, `data`, `address` → `SLUICE_SERVER__DATA__ADDRESS`.
    static func variable(_ steps: [String]) -> String {
        "SLUICE_" + steps.map(step).joined(separator: "__")
    }

    /// Upper case, with each run of other characters as one `_`.
    private static func step(_ name: String) -> String {
        var result = ""
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): result.unicodeScalars.append(Unicode.Scalar(byte - 0x20))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: if !result.hasSuffix("_") { result += "_" }
            }
        }
        return result
    }
}
