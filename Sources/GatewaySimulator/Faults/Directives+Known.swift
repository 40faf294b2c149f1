// SPDX-License-Identifier: Apache-2.0

extension Directives {
    /// One key that a directive may use.
    struct Known: Sendable {
        var name: String
        var example: String
        /// Puts the value into effect; false when the value makes no sense.
        var apply: @Sendable (inout Directives, String) -> Bool
    }

    /// Every key there is; an error lists them and docs/simulator.md describes them.
    static let known: [Known] = replacements + breaks + pace + lies + frequencies

    private static let replacements: [Known] = [
        Known(name: "status", example: "status=429") { directives, value in
            guard let status = Int(value), (400...599).contains(status) else { return false }
            directives.replacement = .status(status)
            return true
        },
        Known(name: "retry_after", example: "status=429,retry_after=7") { directives, value in
            set(&directives.retryAfter, value, 0...86_400)
        },
        Known(name: "html", example: "html") { directives, value in
            directives.replacement = .html
            return value.isEmpty
        },
        Known(name: "redirect", example: "redirect=http://127.0.0.1:9001/") { directives, value in
            directives.replacement = .redirect(value)
            return !value.isEmpty
        },
        Known(name: "reset", example: "reset") { directives, value in
            directives.replacement = .reset
            return value.isEmpty
        },
        Known(name: "cut_head", example: "cut_head") { directives, value in
            directives.replacement = .cutHead
            return value.isEmpty
        },
        Known(name: "hang", example: "hang") { directives, value in
            directives.replacement = .hang
            return value.isEmpty
        },
    ]

    private static let breaks: [Known] = [Break.Kind.cut, .stall, .garbage, .error].map { kind in
        Known(name: kind.rawValue, example: "\(kind.rawValue)=3") { directives, value in
            guard let after = Int(value), after >= 0 else { return false }
            directives.breaks.append(Break(kind: kind, after: after))
            return true
        }
    }

    private static let pace: [Known] = [
        Known(name: "first_byte", example: "first_byte=1500") { set(&$0.firstByte, $1, 0...3_600_000) },
        Known(name: "delay", example: "delay=40") { set(&$0.delay, $1, 0...3_600_000) },
        Known(name: "chunks", example: "chunks=100") { set(&$0.chunks, $1, 1...100_000) },
        Known(name: "big", example: "big=1048576") { set(&$0.bigAnswer, $1, 1...268_435_456) },
    ]

    private static let lies: [Known] = [
        Known(name: "nodone", example: "nodone") { directives, value in
            directives.withoutEnd = true
            return value.isEmpty
        },
        Known(name: "nousage", example: "nousage") { directives, value in
            directives.withoutUsage = true
            return value.isEmpty
        },
        Known(name: "content_type", example: "content_type=text/html") { directives, value in
            directives.contentType = value
            return value.contains("/")
        },
        Known(name: "usage", example: "usage=1000:50") { directives, value in
            let counts = value.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
            guard counts.count == 2, let prompt = counts[0], let completion = counts[1] else { return false }
            directives.reportedUsage = TokenCounts(prompt: prompt, completion: completion)
            return true
        },
        Known(name: "cached", example: "cached=1024") { set(&$0.cached, $1, 0...1_000_000_000) },
    ]

    private static let frequencies: [Known] = [
        Known(name: "every", example: "status=500,every=3") { directives, value in
            guard let step = Int(value), step >= 1 else { return false }
            directives.frequency = .every(step)
            return true
        },
        Known(name: "times", example: "status=500,times=2") { directives, value in
            guard let most = Int(value), most >= 0 else { return false }
            directives.frequency = .first(most)
            return true
        },
    ]

    private static func set(_ field: inout Int, _ value: String, _ range: ClosedRange<Int>) -> Bool {
        guard let number = Int(value), range.contains(number) else { return false }
        field = number
        return true
    }

    private static func set(_ field: inout Int?, _ value: String, _ range: ClosedRange<Int>) -> Bool {
        guard let number = Int(value), range.contains(number) else { return false }
        field = number
        return true
    }
}
