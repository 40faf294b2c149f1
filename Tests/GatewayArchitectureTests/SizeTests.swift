// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Sizes")
struct SizeTests {
    @Test("nine tenths of the source files have at most 400 lines, none more than 800")
    func sourceFiles() {
        let files = Repository.sources
        #expect(percentile90(files.map(\.lines.count)) <= 400)
        for file in files where file.lines.count > 800 {
            Issue.record("\(file.path) has \(file.lines.count) lines: split it by concept")
        }
    }

    @Test("no test file has more than 1,200 lines")
    func testFiles() {
        for file in Repository.tests where file.lines.count > 1_200 {
            Issue.record("\(file.path) has \(file.lines.count) lines: split it by behaviour")
        }
    }

    @Test("nine tenths of the functions have at most 25 lines, at most one in fifty more than 60, none more than 80")
    func functions() {
        let found = Repository.sources.flatMap { file in file.functions.map { (file, $0) } }
        let lengths = found.map(\.1.lineCount).filter { $0 > 0 }
        #expect(lengths.count > 500, "the function reader no longer finds functions")
        #expect(percentile90(lengths) <= 25)
        #expect(lengths.count { $0 > 60 } * 50 <= lengths.count)
        for (file, function) in found where function.lineCount > 80 {
            Issue.record("\(file.path):\(function.line) \(function.name) has \(function.lineCount) lines")
        }
    }

    @Test("no function has more than six parameters, unless Exemptions.swift says why")
    func parameters() {
        var unused = Set(Exemptions.parameters.keys)
        for file in Repository.sources {
            for function in file.functions where function.parameterCount > 6 {
                let place = "\(file.path) \(function.name)"
                unused.remove(place)
                if Exemptions.parameters[place] == nil {
                    Issue.record(
                        "\(file.path):\(function.line) \(function.name) has \(function.parameterCount) parameters")
                }
            }
        }
        #expect(unused.isEmpty, "these need no exemption any more: \(unused.sorted())")
    }

    @Test("no folder holds more than 25 source files")
    func folders() {
        let folders = Dictionary(grouping: Repository.sources) { $0.path.dropLast($0.name.count) }
        for (folder, files) in folders where files.count > 25 {
            Issue.record("\(folder) holds \(files.count) files: it is more than one concept")
        }
    }
}
