// SPDX-License-Identifier: Apache-2.0

/// One reading of one configuration text: what all its scopes share. It gathers problems rather than stopping at the
/// first.
final class Reading {
    /// The file's name for messages.
    let file: String
    /// What relative paths resolve against.
    let directory: String
    let expansion: Expansion
    var overrides: Overrides
    private(set) var problems: ProblemList
    private(set) var warnings: ProblemList
    /// Which fields each kind of scope asked for and which it found, by the kind's path (`providers[].deadlines`); nil
    /// unless somebody wants to know.
    private(set) var coverage: [String: FieldCoverage]?

    init(file: String, directory: String, environment: [String: String], recordsCoverage: Bool = false) {
        self.file = file
        self.directory = directory
        expansion = Expansion(environment: environment)
        overrides = Overrides(environment: environment)
        problems = ProblemList("problems", of: file)
        warnings = ProblemList("warnings", of: file)
        coverage = recordsCoverage ? [:] : nil
    }

    /// The words are made only if they will be shown.
    func report(
        _ place: Place, _ what: @autoclosure () -> String, _ why: @autoclosure () -> String,
        _ fix: @autoclosure () -> String
    ) {
        problems.append(problem(place, what(), why(), fix()))
    }

    func warn(
        _ place: Place, _ what: @autoclosure () -> String, _ why: @autoclosure () -> String,
        _ fix: @autoclosure () -> String
    ) {
        warnings.append(problem(place, what(), why(), fix()))
    }

    func report(_ problems: [ConfigurationProblem]) {
        for problem in problems { self.problems.append(problem) }
    }

    /// Notes what the scope at `address` asked for, if that is wanted.
    func cover(_ address: ScopeAddress, asked: [String], present: @autoclosure () -> [String]) {
        guard coverage != nil else { return }
        coverage?[address.kind, default: FieldCoverage()].asked.formUnion(asked)
        coverage?[address.kind, default: FieldCoverage()].present.formUnion(present().filter(asked.contains))
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
