// SPDX-License-Identifier: Apache-2.0

/// `logprobsResult`: two lists side by side, where chat completions, whose form the neutral one is, put the alternatives of a
/// token into the token.
enum GeminiLogprobs {
    /// The probabilities as chat completions write them. What else is said goes to `extras`, as `logprobsResult.…`.
    static func read(_ value: JSONValue, keeping extras: inout Extras) -> JSONFragment {
        let chosen = (value["chosenCandidates"] ?? value["chosen_candidates"])?.elements.map { $0 } ?? []
        let top = (value["topCandidates"] ?? value["top_candidates"])?.elements.map { $0 } ?? []
        for (name, member) in value.members where !isList(name) {
            extras.keep("logprobsResult.", name, member.fragment)
        }
        let bytes = JSONWriter.object { json in
            json.array("content") { json in
                for (index, token) in chosen.enumerated() {
                    json.object { json in
                        readToken(token, &json)
                        let others = index < top.count ? top[index]["candidates"]?.elements.map { $0 } ?? [] : []
                        json.array("top_logprobs") { json in
                            for other in others { json.object { readToken(other, &$0) } }
                        }
                    }
                }
            }
        }
        return JSONFragment(bytes[...])
    }

    private static func isList(_ name: JSONString) -> Bool {
        name.reads("chosenCandidates") || name.reads("chosen_candidates") || name.reads("topCandidates")
            || name.reads("top_candidates")
    }

    private static func readToken(_ token: JSONValue, _ json: inout JSONWriter) {
        json.member("token", token["token"]?.string ?? "")
        json.member("logprob", (token["logProbability"] ?? token["log_probability"])?.number ?? JSONFragment(0))
        json.member("token_id", (token["tokenId"] ?? token["token_id"])?.number)
        json.key("bytes")
        json.null()
    }

    /// Writes the member `logprobsResult`; nothing if `logprobs` are in no form that is known.
    static func write(_ logprobs: JSONFragment, _ extras: Extras, _ scanner: JSONScanner, _ json: inout JSONWriter) {
        guard let root = try? scanner.parse(Array(logprobs.bytes)).root, root["content"]?.kind == .array else { return }
        let tokens = root["content"]?.elements.map { $0 } ?? []
        json.object("logprobsResult") { json in
            json.array("chosenCandidates") { json in tokens.forEach { writeToken($0, &json) } }
            json.array("topCandidates") { json in
                for token in tokens {
                    json.object { json in
                        json.array("candidates") { json in
                            token["top_logprobs"]?.elements.forEach { writeToken($0, &json) }
                        }
                    }
                }
            }
            json.writeOwn(extras, inside: "logprobsResult")
        }
    }

    private static func writeToken(_ token: JSONValue, _ json: inout JSONWriter) {
        json.object { json in
            json.member("token", token["token"]?.string)
            json.member("tokenId", token["token_id"]?.number)
            json.member("logProbability", token["logprob"]?.number)
        }
    }
}
