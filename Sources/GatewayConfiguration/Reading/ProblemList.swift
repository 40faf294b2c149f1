// SPDX-License-Identifier: Apache-2.0

/// Problems as they are found. Somebody who renames a provider may break fifty thousand models; the first hundred lines
/// tell that as well, and working out what each was meant to be would take minutes.
struct ProblemList {
    private static let limit = 100

    private var kept: [ConfigurationProblem] = []
    private var further = 0

    /// What the problems are called: `problems`, `warnings`.
    let noun: String
    let file: String

    init(_ noun: String, of file: String) {
        self.noun = noun
        self.file = file
    }

    var isEmpty: Bool { kept.isEmpty }

    /// Takes a problem in. Beyond the limit it is only counted, and its words are not made.
    mutating func append(_ problem: @autoclosure () -> ConfigurationProblem) {
        if kept.count < Self.limit { kept.append(problem()) } else { further += 1 }
    }

    /// In the order of the file's lines, and how many there are beside.
    var all: [ConfigurationProblem] {
        guard further > 0 else { return kept.inFileOrder }
        let rest = ConfigurationProblem(
            file: file, what: "\(further) more \(noun) are not shown", why: "\(Self.limit) are enough to begin with",
            fix: "correct these first")
        return (kept + [rest]).inFileOrder
    }
}
