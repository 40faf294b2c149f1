// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("Documentation")
struct DocumentationTests {
    private static let documented = ["GatewayDomain", "GatewayHTTP", "GatewayFormats", "GatewayPipeline"]

    /// What a protocol of the standard library documents. An operator's name is blanked out with its signature.
    private static let witnesses: Set<String> = ["", "==", "<", "hash", "encode", "next", "callAsFunction"]

    /// Properties and initialisers are left to judgement: most of them repeat their names and types.
    @Test("every type and function that the core shares is documented")
    func declarations() {
        var unused = Exemptions.undocumented
        for file in Repository.sources where Self.documented.contains(file.target) {
            for (index, line) in file.codeLines.enumerated() {
                guard let declared = Declared.package(line), !["var", "let", "init"].contains(declared.kind),
                    !Self.witnesses.contains(declared.name), !file.hasDocumentation(before: index)
                else { continue }
                let place = "\(file.path) \(declared.name)"
                unused.remove(place)
                if !Exemptions.undocumented.contains(place) {
                    Issue.record("\(file.path):\(index + 1) \(declared.kind) \(declared.name) has no documentation")
                }
            }
        }
        #expect(unused.isEmpty, "these need no exemption any more: \(unused.sorted())")
    }

    @Test("every file that declares something says at its top what it is for")
    func files() {
        for file in Repository.sources where Self.documented.contains(file.target) {
            let first = file.codeLines.firstIndex { Declared.isTopLevel($0) }
            guard let first, !file.hasDocumentation(before: first) else { continue }
            Issue.record("\(file.path):\(first + 1) the first declaration of the file has no documentation")
        }
    }
}

extension SwiftSource {
    /// Whether a documentation comment ends right before the line at `index`, attributes aside.
    func hasDocumentation(before index: Int) -> Bool {
        var index = index - 1
        while index >= 0, codeLines[index].trimmingCharacters(in: .whitespaces).hasPrefix("@") { index -= 1 }
        return index >= 0 && commentLines[index].trimmingCharacters(in: .whitespaces).hasPrefix("///")
    }
}
