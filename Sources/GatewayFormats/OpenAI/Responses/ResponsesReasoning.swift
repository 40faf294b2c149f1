// SPDX-License-Identifier: Apache-2.0

/// How reasoning parts form reasoning items: an item has summaries, then thoughts in clear, and one seal over them.
enum ResponsesReasoning {
    /// How many of the first of `parts`, which begin with reasoning, are one item.
    static func count(atStartOf parts: ArraySlice<Part>) -> Int {
        var count = 0
        var previous: Reasoning?
        for part in parts {
            guard case .reasoning(let reasoning) = part.content, part.id == parts.first?.id else { break }
            if let previous, !previous.continues(with: reasoning.isSummary) { break }
            count += 1
            previous = reasoning
        }
        return count
    }

    /// Writes the texts and the seal of an item.
    /// - sealed: what stands in `encrypted_content`.
    static func write(_ parts: some Sequence<Reasoning>, sealed: JSONString?, _ json: inout JSONWriter) {
        json.array("summary") { json in
            for part in parts where part.isSummary && !part.text.isEmpty {
                json.object {
                    $0.member("type", literal: "summary_text")
                    $0.member("text", part.text)
                }
            }
        }
        // A summary of nothing is none, but thoughts that nobody may see are thoughts.
        if parts.contains(where: { !$0.isSummary }) {
            json.array("content") { json in
                for part in parts where !part.isSummary {
                    json.object {
                        $0.member("type", literal: "reasoning_text")
                        $0.member("text", part.text)
                    }
                }
            }
        }
        json.member("encrypted_content", sealed)
    }
}

extension Reasoning {
    /// Whether reasoning that follows this can be of the same item.
    func continues(with isSummary: Bool) -> Bool { seal == nil && (self.isSummary || !isSummary) }
}
