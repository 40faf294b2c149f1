// SPDX-License-Identifier: Apache-2.0

/// One reading of one configuration text: what all its scopes share. It gathers every problem rather than stopping at
/// the first.
final class Reading {
    /// The file's name for messages.
    let file: String
    /// What relative paths resolve against.
    let directory: String
    let expansion: Expansion
    var overrides: Overrides
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationProblem] = []
    /// Which fields each kind of scope asked for and which it found, by the kind's path (`providers[].deadlines`).
    private(set) var coverage: [String: FieldCoverage] = [:]

    init(file: String, directory: String, environment: [String: String]) {
        self.file = file
        self.directory = directory
        expansion = Expansion(environment: environment)
        overrides = Overrides(environment: environment)
    }

    func report(_ place: Place, _ what: String, _ why: String, _ fix: String) {
        problems.append(problem(place, what, why, fix))
    }

    func warn(_ place: Place, _ what: String, _ why: String, _ fix: String) {
        warnings.append(problem(place, what, why, fix))
    }

    func report(_ problems: [ConfigurationProblem]) {
        self.problems += problems
    }

    func cover(_ kind: String, asked: Set<String>, present: Set<String>) {
        coverage[kind, default: FieldCoverage()].asked.formUnion(asked)
        coverage[kind, default: FieldCoverage()].present.formUnion(present)
    }

    /// `path` as the process can open it.
    func resolve(_ path: String) -> String {
        path.hasPrefix("/") || directory.isEmpty ? path : "\(directory)/\(path)"
    }

    /// The bytes of the file that a value names.
    func contents(of path: String, limit: Int) throws(Flaw) -> [UInt8] {
        do throws(Flaw) {
            return try RegularFile.read(resolve(path), limit: limit)
        } catch {
            let hint = path.hasPrefix("/") ? "" : "; a relative path starts at the directory of the configuration"
            throw Flaw(why: error.why, fix: error.fix + hint)
        }
    }

    private func problem(_ place: Place, _ what: String, _ why: String, _ fix: String) -> ConfigurationProblem {
        switch place {
        case .line(let line, let column):
            ConfigurationProblem(file: file, line: line, column: column, what: what, why: why, fix: fix)
        case .environment(let variable):
            ConfigurationProblem(file: "environment variable \(variable)", what: what, why: why, fix: fix)
        }
    }
}

/// The fields of one kind of scope: those its reader asks for, and those some file gives.
struct FieldCoverage: Sendable {
    var asked: Set<String> = []
    var present: Set<String> = []
}
