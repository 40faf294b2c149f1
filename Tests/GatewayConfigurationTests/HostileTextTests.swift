// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayConfiguration
import GatewayDomain
import Testing

@Suite("Hostile text")
struct HostileTextTests {
    private static func bomb(key: Bool) -> String {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...40 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += key ? "? &a\(level) [\(aliases)]\n: x\n" : "a\(level): &a\(level) [\(aliases)]\n"
        }
        return text
    }

    private static let depth = 30_000

    private static let texts: [(name: String, text: String)] = [
        ("lists in lists", String(repeating: "[", count: depth)),
        ("closed lists in lists", String(repeating: "[", count: depth) + String(repeating: "]", count: depth)),
        ("groups in groups", String(repeating: "{a: ", count: depth / 4)),
        ("999 lists", String(repeating: "[", count: 999) + String(repeating: "]", count: 999)),
        ("900 groups", String(repeating: "{a: ", count: 900) + String(repeating: "}", count: 900)),
        ("block lists in lists", String(repeating: "- ", count: depth)),
        ("900 block lists", String(repeating: "- ", count: 900) + "x"),
        ("block keys in keys", String(repeating: "? ", count: depth)),
        ("stairs", (0..<300).map { String(repeating: " ", count: $0) + "a:\n" }.joined()),
        ("an alias bomb", bomb(key: false)),
        ("an alias bomb in names", bomb(key: true)),
        ("an alias to itself", "a: &a [*a]\n"),
        ("a few aliases in names", "? &a [x, x]\n: 1\n? [*a, *a]\n: 2\n? [*a, *a, *a]\n: 3\n"),
        ("quotes", String(repeating: "'", count: 60_001)),
        ("dollars", "storage: { sqlite: \"" + String(repeating: "${A:-", count: 10_000) + "\" }"),
        ("escaped dollars", "storage: { sqlite: \"" + String(repeating: "$${", count: 20_000) + "\" }"),
        ("many fields", (0..<5000).map { "a\($0): 1\n" }.joined()),
        ("many providers", "providers:\n" + String(repeating: "- {}\n", count: 3000)),
        ("a long name", String(repeating: "a", count: 60_000) + ": 1"),
        ("tags", "!!binary x: !!python/object y\n!<tag:x> z: 1\n"),
        ("merge key", "<<: { server: {} }\n"),
        ("directives", "%YAML 1.1\n%TAG ! !\n---\nserver: 1\n...\n"),
        ("byte order mark", "\u{feff}storage: 1\n"),
        ("odd line breaks", "storage:\u{2028}\u{85}\r- &a\u{2029}*a\n"),
        ("groups as names of names", String(repeating: "? ", count: 900) + "x"),
        ("zero bytes", "storage: { sqlite: \"a\\0b\" }\nkeys: [{ name: \"\\0\", key: \"file:\\0\" }]\n"),
        ("nothing but breaks", String(repeating: "\r", count: 60_000)),
    ]

    @Test("is refused or read, and soon", .timeLimit(.minutes(1)), arguments: texts.map(\.name))
    func survives(name: String) throws {
        let text = try #require(Self.texts.first { $0.name == name }).text
        #expect(!problems(in: text).isEmpty)
    }

    @Test(
        "deep nesting is refused where it begins",
        arguments: [
            String(repeating: "[", count: 999) + String(repeating: "]", count: 999),
            String(repeating: "{a: ", count: 900),
            String(repeating: "- ", count: 900) + "x",
            (0..<300).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
        ])
    func depthMessage(text: String) {
        #expect(problems(in: text).map(\.what) == ["values are nested too deeply"])
    }

    @Test("nesting that brackets in quotes seem to close is refused too")
    func hiddenDepth() {
        let level = "[\"]\", "
        let text = String(repeating: level, count: 900) + String(repeating: "]", count: 900)
        #expect(problems(in: text).map(\.what) == ["values are nested too deeply"])
    }

    @Test("brackets in quoted text and comments are no nesting")
    func harmlessBrackets() throws {
        let brackets = String(repeating: "[{", count: 100)
        let loaded = try load("# \(brackets)\nstorage: { sqlite: \"/\(brackets)\" }")
        #expect(loaded.configuration.storage.sqlite == "/\(brackets)")
    }

    @Test("an alias bomb is refused by its anchor, before it is expanded", .timeLimit(.minutes(1)))
    func bombMessage() {
        for key in [false, true] {
            #expect(problems(in: Self.bomb(key: key)).map(\.what) == ["an anchor (`&name`) or alias (`*name`) is used"])
        }
    }

    @Test("stars and ampersands in quoted text and comments are no aliases")
    func harmless() throws {
        let patterns = (0..<20).map { "\"*m\($0)\"" }.joined(separator: ", ")
        let loaded = try load(
            """
            # bread & butter, *really*
            keys:
              - { name: "a & b", key: 0123456789abcdef, models: [\(patterns)], owner: "R&D & *everyone*" }
            """)
        #expect(loaded.configuration.keys[0].models.patterns.count == 20)
        #expect(loaded.configuration.keys[0].owner == "R&D & *everyone*")
    }

    @Test("random changes to a good file never crash the reader", .timeLimit(.minutes(2)))
    func mutations() throws {
        let good = try String(contentsOf: repository.appending(path: "sluice.example.yaml"), encoding: .utf8)
        let pieces = [
            "[", "]", "{", "}", "&a ", "*a", ": ", "- ", "\n", "  ", "\"", "'", "|", ">", "${", "}", "!!x ", "\t", "é",
            "#", "? ",
        ]
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var scalars = Array(good.unicodeScalars.prefix(3000))
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let at = Int.random(in: 0...scalars.count, using: &generator)
                if Bool.random(using: &generator), at < scalars.count {
                    scalars.removeSubrange(at..<min(scalars.count, at + Int.random(in: 1...9, using: &generator)))
                } else {
                    scalars.insert(contentsOf: (pieces.randomElement(using: &generator) ?? "").unicodeScalars, at: at)
                }
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            for problem in problems(in: String(text)) { #expect(!problem.description.isEmpty) }
        }
    }
}

@Suite("Files")
struct FileTests {
    private let loader = ConfigurationLoader(environment: [:])

    private func problem(path: String) -> ConfigurationProblem? {
        do throws(ConfigurationErrors) {
            _ = try loader.load(path: path)
            return nil
        } catch {
            return error.problems.first
        }
    }

    @Test("a missing file, a directory and a pipe are told apart")
    func notAFile() throws {
        let directory = try ScratchDirectory()
        #expect(problem(path: "\(directory.path)/none.yaml")?.why.contains("No such file") == true)
        #expect(problem(path: directory.path)?.why == "it is not a regular file")
        let pipe = "\(directory.path)/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(problem(path: pipe)?.why == "it is not a regular file")
    }

    @Test("a file that is too large is not read to its end")
    func tooLarge() throws {
        let directory = try ScratchDirectory()
        try directory.write("big.yaml", "")
        #expect(truncate("\(directory.path)/big.yaml", (32 << 20) + 1) == 0)
        #expect(problem(path: "\(directory.path)/big.yaml")?.why.contains("larger than 33554432") == true)
    }

    @Test("a file that is not UTF-8 is refused with the line")
    func notUTF8() throws {
        let directory = try ScratchDirectory()
        let path = "\(directory.path)/latin1.yaml"
        try Data(Array("server: {}\n# caf".utf8) + [0xe9, 0x0a]).write(to: URL(fileURLWithPath: path))
        #expect(problem(path: path)?.line == 2)
        #expect(problem(path: path)?.what == "the file is not UTF-8 text")
    }

    @Test("a file in UTF-16 is refused, and named as such where its mark shows it")
    func utf16() throws {
        let directory = try ScratchDirectory()
        let path = "\(directory.path)/utf16.yaml"
        let text = "storage: {}\n".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        try Data([0xff, 0xfe] + text).write(to: URL(fileURLWithPath: path))
        #expect(problem(path: path)?.why == "it starts like UTF-16")
        try Data(text).write(to: URL(fileURLWithPath: path))
        #expect(problem(path: path)?.what == "a control character stands here")
    }

    @Test("relative paths start at the file's directory")
    func relative() throws {
        let directory = try ScratchDirectory()
        try directory.writePEMFiles()
        try directory.write(
            "sluice.yaml", "server: { tls: { address: \":0\", certificate: cert.pem, private_key: ./key.pem } }\n")
        let loaded = try loader.load(path: "\(directory.path)/sluice.yaml")
        #expect(loaded.configuration.server.tls?.privateKey == "\(directory.path)/./key.pem")
        #expect(loaded.configuration.storage.sqlite == "\(directory.path)/sluice.db")
    }

    @Test("a certificate's file must hold a certificate")
    func wrongPEM() throws {
        let directory = try ScratchDirectory()
        try directory.writePEMFiles()
        try directory.write(
            "sluice.yaml", "server:\n  tls: { address: \":0\", certificate: key.pem, private_key: cert.pem }\n")
        let problem = problem(path: "\(directory.path)/sluice.yaml")
        #expect(problem?.line == 2)
        #expect(problem?.description.contains("`server.tls.certificate` cannot be used") == true)
    }
}
