// SPDX-License-Identifier: Apache-2.0

import FuzzDriver
import GatewayConfiguration
import GatewayDomain

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
func lookAtInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    ConfigurationFuzzer.load(text)
    return 0
}

/// Loads text as a configuration. It is taken or refused with a place and a reason; no message shows what came from the
/// environment, and what is taken can be compiled to a snapshot.
enum ConfigurationFuzzer {
    private static let loader = ConfigurationLoader(
        environment: [
            "KEY": "canary-7f3a", "SLUICE_ADMIN_KEY": "canary-7f3a", "OPENAI_API_KEY": "sk-canary-7f3a", "EMPTY": "",
        ])

    static func load(_ text: String) {
        do throws(ConfigurationErrors) {
            let loaded = try loader.load(text: text, name: "fuzz.yaml", directory: "/nowhere")
            check(loaded.warnings)
            let snapshot = Snapshot(loaded.configuration, revision: 1)
            for model in loaded.configuration.models where model.name.isExact {
                require(snapshot.models.find(model.name.text) != nil, "a model that is not found by its own name")
            }
        } catch {
            require(!error.problems.isEmpty, "refused without a reason")
            check(error.problems)
        }
    }

    private static func check(_ problems: [ConfigurationProblem]) {
        for problem in problems {
            require(!problem.description.contains("canary"), "a secret in a message")
            require(!problem.what.isEmpty && !problem.why.isEmpty && !problem.fix.isEmpty, "half a message")
            if let line = problem.line { require(line >= 1, "line \(line)") }
        }
    }
}
