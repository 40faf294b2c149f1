// SPDX-License-Identifier: Apache-2.0

/// Cache marks in chat requests: Anthropic's `cache_control`, which gateways and their clients use, and OpenAI's own
/// `prompt_cache_breakpoint`.
enum ChatCacheMark {
    /// The members that hold marks.
    static let names: [StaticString] = ["cache_control", "prompt_cache_breakpoint"]

    /// The mark on the object that `fields` reads. What it says beyond a lifetime goes to `extras`, as does one of a kind
    /// that is not known.
    static func read(_ fields: inout ObjectReader, _ extras: inout Extras) throws(FormatFault) -> CacheMark? {
        let control = try fields.nested("cache_control", &extras, control)
        let breakpoint = try fields.nested("prompt_cache_breakpoint", &extras, breakpoint)
        return control ?? breakpoint
    }

    private static func control(_ mark: inout ObjectReader, _: inout Extras) throws(FormatFault) -> CacheMark? {
        guard try mark.string("type")?.reads("ephemeral") ?? true else { return nil }
        return CacheMark(lifetime: try mark.string("ttl"))
    }

    private static func breakpoint(_ mark: inout ObjectReader, _: inout Extras) throws(FormatFault) -> CacheMark? {
        guard try mark.string("mode")?.reads("explicit") ?? true else { return nil }
        return CacheMark(lifetime: try mark.string("ttl"))
    }

    /// Writes the mark in the form that the target takes, with what of `extras` stood in it.
    static func write(
        _ mark: CacheMark, _ form: TargetRules.CacheMarkForm, _ extras: Extras, _ json: inout JSONWriter
    ) {
        switch form {
        case .none: break
        case .control:
            json.object("cache_control") { json in
                json.member("type", literal: "ephemeral")
                json.member("ttl", mark.lifetime)
                json.write(extras.inside("cache_control"))
            }
        case .breakpoint:
            json.object("prompt_cache_breakpoint") { json in
                json.member("mode", literal: "explicit")
                json.member("ttl", keeps(mark, form) ? mark.lifetime : nil)
                json.write(extras.inside("prompt_cache_breakpoint"))
            }
        }
    }

    /// Whether `form` can say the mark's lifetime. OpenAI has two of its own; others become its default, 30 minutes.
    static func keeps(_ mark: CacheMark, _ form: TargetRules.CacheMarkForm) -> Bool {
        guard form == .breakpoint, let lifetime = mark.lifetime else { return true }
        return lifetime.reads("30m") || lifetime.reads("12h")
    }
}
