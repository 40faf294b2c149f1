// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayConfiguration
import GatewayDomain
import Testing

/// Which YAML is read. What two programs, or a program and a person, could read in two ways is refused.
@Suite("The YAML that is read")
struct YAMLTests {
    private static let refused: [(name: String, text: String, line: Int, what: String)] = [
        ("the tag !!binary", "storage: { sqlite: !!binary aGVsbG8= }", 1, "a tag"),
        ("the tag !!str", "server:\n  lanes: !!str 5", 2, "a tag"),
        ("a tag of one's own", "server: { lanes: !foo 5 }", 1, "a tag"),
        ("a tag of Python's", "storage: { sqlite: !!python/object/apply:os.system [id] }", 1, "a tag"),
        ("a tag on a group", "storage: {}\nserver: !!map { lanes: 2 }", 2, "a tag"),
        ("a tag on a list", "keys: !!seq []", 1, "a tag"),
        ("a tag on a name", "!!str server: { lanes: 2 }", 1, "a tag"),
        ("a tag in full", "server: !<tag:example.com,2026:x> { lanes: 2 }", 1, "a tag"),
        ("a tag without a value", "server: !!null", 1, "a tag"),
        ("the tag that makes null a text", "storage: { sqlite: ! null }", 1, "a tag"),
        ("that tag without a value", "storage: { sqlite: ! }", 1, "a tag"),
        ("that tag on a group", "server: ! { lanes: 2 }", 1, "a tag"),
        ("an anchor", "server: &a { lanes: 2 }", 1, "an anchor"),
        ("an anchor on a value", "server: { lanes: &a 2 }", 1, "an anchor"),
        ("an anchor on a name", "&a server: {}", 1, "an anchor"),
        ("an alias", "server: { lanes: &a 2 }\nstorage: *a", 1, "an anchor"),
        ("an alias without an anchor", "storage: {}\nserver: *a", 2, "an anchor"),
        ("a merge key", "server:\n  <<: { lanes: 2 }", 2, "a merge key"),
        ("a field twice", "server:\n  lanes: 2\n  lanes: 3", 3, "`lanes` is given twice"),
        ("a field twice, once in quotes", "server: { lanes: 2, \"lanes\": 3 }", 1, "`lanes` is given twice"),
        ("a field twice, once escaped", "server: { lanes: 2, \"\\x6canes\": 3 }", 1, "`lanes` is given twice"),
        ("a field twice among many", (0...20).map { "f\($0): 1\n" }.joined() + "f20: 2", 22, "`f20` is given twice"),
        ("two documents", "storage: {}\n---\nserver: {}", 2, "a second document"),
        ("a document after an end", "storage: {}\n...\nserver: {}", 3, "a second document"),
        ("two documents, the first of them empty", "---\n---\nserver: {}", 2, "a second document"),
        ("a version", "%YAML 1.1\n---\nstorage: {}", 1, "a directive"),
        ("a short name for tags", "%TAG !e! tag:example.com,2026:\n---\nstorage: {}", 1, "a directive"),
        ("a list as a name", "? [a]\n: 1", 1, "a field's name is not plain text"),
        ("a tab for indentation", "server:\n\tlanes: 2", 2, "this is not valid YAML"),
        ("a tab after a dash", "keys:\n-\tname: a", 2, "this is not valid YAML"),
        ("a byte order mark inside", "storage: {}\n\u{feff}server: {}", 2, "a byte order mark"),
        ("two byte order marks", "\u{feff}\u{feff}storage: {}", 1, "a byte order mark"),
        ("a line break that only some programs see", "storage: {}\n# a\u{85}server: {}", 2, "a Unicode line separator"),
        ("a line separator", "# a\u{2028}server: {}", 1, "a Unicode line separator"),
        ("a paragraph separator", "# a\u{2029}server: {}", 1, "a Unicode line separator"),
        ("a carriage return alone", "storage: {}\r\n# a\rserver: {}", 2, "a carriage return"),
        ("a zero byte", "storage: {}\n\u{0}", 2, "a control character"),
        ("an escape character", "# \u{1b}[31m\nstorage: {}", 1, "a control character"),
        ("a control character beyond ASCII", "# \u{9b}31m\nstorage: {}", 1, "a control character"),
        ("text turned around", "storage: {}\nkeys: [] # \u{202e}]", 2, "a mark that changes the direction"),
        ("text set apart", "storage: {} # \u{2066}", 1, "a mark that changes the direction"),
        ("a star without quotes", "models:\n  - { name: *, targets: [] }", 2, "this is not valid YAML"),
    ]

    @Test("refuses, with the line", arguments: refused.map(\.name))
    func refuses(name: String) throws {
        let (_, text, line, what) = try #require(Self.refused.first { $0.name == name })
        let problems = problems(in: text)
        #expect(problems.count == 1)
        #expect(problems.first?.line == line, "\(problems)")
        #expect(problems.first?.what.hasPrefix(what) == true, "\(problems)")
    }

    private static let read: [(name: String, text: String)] = [
        ("a byte order mark at the start", "\u{feff}server: { lanes: 3 }"),
        ("line ends of Windows", "server:\r\n  lanes: 3\r\n"),
        ("the start and end of a document", "---\nserver: { lanes: 3 }\n...\n"),
        ("JSON", "{\"server\": {\"lanes\": 3}}"),
        ("tabs between a value and what is around it", "server:\t\n  lanes:\t3\t# three\n"),
        ("a value on the next line", "server:\n  lanes:\n    3\n"),
        ("a block of text", "server:\n  lanes: >-\n    3\n"),
        ("a marked name", "? server\n: lanes: 3\n"),
    ]

    @Test("reads", arguments: read.map(\.name))
    func reads(name: String) throws {
        let text = try #require(Self.read.first { $0.name == name }).text
        #expect(try load(text).configuration.server.lanes == 3)
    }

    @Test("null in any spelling is the same as leaving the field out", arguments: ["", "~", "null", "Null", "NULL"])
    func null(spelling: String) throws {
        let text = "storage: { sqlite: \(spelling) }\nserver: { lanes: \(spelling) }\nmetering: \(spelling)"
        let configuration = try load(text).configuration
        #expect(configuration.storage.sqlite == "/nowhere/sluice.db")
        #expect(configuration.server.lanes == nil)
    }

    @Test("a quoted null is a text like any other")
    func quotedNull() throws {
        #expect(try load("storage: { sqlite: 'null' }").configuration.storage.sqlite == "/nowhere/null")
    }

    @Test("marks of tags, anchors and directives are text inside quotes, comments and words")
    func harmless() throws {
        let text = """
            # !!binary &anchor *alias %YAML << ---
            storage: { sqlite: "/!!x&a*b%<<---" }
            keys:
              - { name: a!b&c, owner: '!foo', key: 0123456789abcdef&!*% }
            """
        let configuration = try load(text).configuration
        #expect(configuration.storage.sqlite == "/!!x&a*b%<<---")
        #expect(configuration.keys[0].name == "a!b&c")
        #expect(configuration.keys[0].owner == "!foo")
    }

    @Test(
        "a number has one reading, whatever version of YAML a reader has in mind",
        arguments: ["010", "0o10", "0x10", "1_0", "1e1", "+10", "10.0", "1:0", "٣"])
    func numbers(text: String) {
        #expect(problems(in: "server: { lanes: \(text) }").map(\.line) == [1])
    }

    @Test("a switch has one reading", arguments: ["yes", "on", "y", "True", "TRUE", "1"])
    func switches(text: String) {
        let text = "keys:\n  - { name: a, key: 0123456789abcdef, disabled: \(text) }"
        #expect(problems(in: text).map(\.line) == [2])
    }

    @Test("many keys and models load, though every key has models of its own", .timeLimit(.minutes(1)))
    func many() throws {
        var text = "providers:\n  - { name: p, template: ollama }\nmodels:\n"
        for model in 0..<10_000 { text += "  - { name: model-\(model), targets: [{ provider: p }] }\n" }
        text += "keys:\n"
        for key in 0..<20_000 {
            text += "  - { name: k\(key), key: key-of-some-length-\(key), models: [model-\(key / 2), \"g\(key)-*\"] }\n"
        }
        let loaded = try load(text, environment: ["SLUICE_KEYS__K19999__OWNER": "Ada"])
        #expect(loaded.configuration.models.count == 10_000)
        #expect(loaded.configuration.keys.count == 20_000)
        #expect(loaded.configuration.keys.last?.owner == "Ada")
        #expect(loaded.warnings.count == 101)
    }
}
