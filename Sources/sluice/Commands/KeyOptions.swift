// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayAdmin

/// The key a command is about.
struct KeyArgument: ParsableArguments {
    @Argument(help: "The key's id (key_…) or name.")
    var key: String
}

/// What a key is good for.
struct KeyTerms: ParsableArguments {
    @Option(help: "Who answers for the key: a person, a team, a service.")
    var owner: String?

    @Option(help: "The models the key may use: names or globs, separated by commas, '*' for all.")
    var models: String?

    @Option(help: "When the key stops working, such as 12h, 30d or 6w from now.")
    var expiresIn: String?

    mutating func validate() throws {
        if let expiresIn, Lifespan(expiresIn) == nil {
            throw ValidationError("--expires-in must be \(Lifespan.form), not '\(TerminalText.safe(expiresIn))'")
        }
        if patterns?.contains("") == true {
            throw ValidationError("--models has an empty entry; to block a key, disable it")
        }
    }

    /// As the admin API takes them; what is not given is left out.
    var members: [JSONValue.Member] {
        let members: [(String, JSONValue?)] = [
            ("owner", owner.map(JSONValue.string)), ("models", patterns.map { .array($0.map(JSONValue.string)) }),
            ("expires_in", expiresIn.map(JSONValue.string)),
        ]
        return members.compactMap { name, value in value.map { .init(name, $0) } }
    }

    private var patterns: [String]? {
        models?.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
