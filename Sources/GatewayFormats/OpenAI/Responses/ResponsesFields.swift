// SPDX-License-Identifier: Apache-2.0

/// What readers of this dialect ask of every object.
enum ResponsesFields {
    static func required(_ name: StaticString, of fields: inout ObjectReader) throws(FormatFault) -> JSONString {
        guard let string = try fields.string(name) else { throw FormatFault("\(name)", "is missing; give a string") }
        return string
    }

    /// What of an object was not taken, without nulls.
    static func rest(of fields: ObjectReader) -> Extras {
        var rest = Extras(.openAIResponses)
        fields.keepRest(in: &rest)
        if !rest.isEmpty { rest.members.removeAll { $0.value == JSONFragment(literal: "null") } }
        return rest
    }

    /// The same of an item, without the status of most.
    static func rest(ofItem item: inout ObjectReader) -> Extras {
        let status = item.value("status")
        var rest = rest(of: item)
        if let status, status.string?.reads("completed") != true { rest.keep("status", status) }
        return rest
    }

    /// A part of this dialect that has nothing besides.
    static func part(_ content: Part.Content) -> Part { Part(content, extras: Extras(.openAIResponses)) }
}

extension Extras {
    func has(_ name: StaticString) -> Bool { members.contains { $0.name.reads(name) } }
}
