// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Imports")
struct ImportTests {
    @Test("every file imports only what its target may", arguments: AllowedImports.table.keys.sorted())
    func allowed(target: String) {
        let files = Repository.sources.filter { $0.target == target }
        #expect(!files.isEmpty, "the table names \(target), which has no files")
        let allowed = AllowedImports.table[target] ?? []
        for file in files {
            for module in file.imports where !allowed.contains(module) {
                Issue.record("\(file.path) imports \(module), which \(target) may not: see AllowedImports.swift")
            }
        }
    }

    @Test("every target has its line in the table")
    func complete() {
        let targets = Set(Repository.sources.map(\.target))
        #expect(targets == Set(AllowedImports.table.keys))
    }

    @Test("no two of our targets import each other, directly or through others")
    func noCycles() {
        for start in AllowedImports.table.keys {
            var reached: Set<String> = []
            var next = ours(start)
            while let target = next.popFirst() {
                #expect(target != start, "\(start) is reached from itself")
                if reached.insert(target).inserted { next.formUnion(ours(target)) }
            }
        }
    }

    private func ours(_ target: String) -> Set<String> {
        (AllowedImports.table[target] ?? []).filter { AllowedImports.table[$0] != nil }
    }
}
