// SPDX-License-Identifier: Apache-2.0

/// Reads what messages and results hold: a string, or a list of typed parts.
enum ResponsesContentReader {
    /// The member `name`, which must be there.
    static func content(_ name: StaticString, of fields: inout ObjectReader) throws(FormatFault) -> [Part] {
        if let text = fields.value(name)?.string { return [ResponsesFields.part(.text(text))] }
        guard let parts = try fields.map(name, part) else {
            throw FormatFault("\(name)", "is missing; give a string or a list of parts")
        }
        return parts
    }

    private static func part(_ value: JSONValue) throws(FormatFault) -> Part {
        var fields = try ObjectReader(value)
        let type = try ResponsesFields.required("type", of: &fields)
        var part: Part
        if type.reads("input_text") || type.reads("output_text") {
            part = ResponsesFields.part(.text(try ResponsesFields.required("text", of: &fields)))
        } else if type.reads("refusal") {
            part = ResponsesFields.part(.refusal(try ResponsesFields.required("refusal", of: &fields)))
        } else if type.reads("input_image") {
            part = ResponsesFields.part(.media(try image(&fields)))
        } else if type.reads("input_file") {
            part = ResponsesFields.part(.media(try file(&fields)))
        } else if type.reads("input_audio") {
            part = ResponsesFields.part(.media(try audio(&fields)))
        } else {
            return ResponsesFields.part(.opaque(origin: .openAIResponses, value.fragment))
        }
        part.cacheMark = try fields.nested("prompt_cache_breakpoint", &part.extras, cacheMark)
        if type.reads("output_text") {
            try keep("annotations", of: &fields, in: &part.extras)
            try keep("logprobs", of: &fields, in: &part.extras)
        }
        let rest = ResponsesFields.rest(of: fields)
        if !rest.isEmpty { part.extras.members += rest.members }
        return part
    }

    /// Keeps a list, unless it is empty.
    private static func keep(
        _ name: StaticString, of fields: inout ObjectReader, in extras: inout Extras
    ) throws(FormatFault) {
        guard let list = try fields.array(name), !list.isEmpty, let value = fields.value(name) else { return }
        extras.keep(JSONString("\(name)"), value)
    }

    private static func cacheMark(_ mark: inout ObjectReader, _: inout Extras) throws(FormatFault) -> CacheMark? {
        guard try mark.string("mode")?.reads("explicit") == true else { return nil }
        return CacheMark(lifetime: try mark.string("ttl"))
    }

    private static func image(_ fields: inout ObjectReader) throws(FormatFault) -> Media {
        let detail = try fields.string("detail")
        if let url = try fields.string("image_url") {
            var media = Media(.image, url: url)
            media.detail = detail
            return media
        }
        guard let file = try fields.string("file_id") else {
            throw FormatFault("image_url", "is missing; give `image_url` or `file_id`")
        }
        return Media(.image, .file(file), detail: detail)
    }

    private static func file(_ fields: inout ObjectReader) throws(FormatFault) -> Media {
        var media: Media
        if let data = try fields.string("file_data") {
            media = Media(.document, url: data)
            if case .url = media.source { media.source = .data(data) }
        } else if let url = try fields.string("file_url") {
            media = Media(.document, .url(url))
        } else if let file = try fields.string("file_id") {
            media = Media(.document, .file(file))
        } else {
            throw FormatFault("file_data", "is missing; give `file_data`, `file_url` or `file_id`")
        }
        media.name = try fields.string("filename")
        media.detail = try fields.string("detail")
        return media
    }

    private static func audio(_ fields: inout ObjectReader) throws(FormatFault) -> Media {
        guard let value = try fields.object("input_audio") else {
            throw FormatFault("input_audio", "is missing; give an object with `data` and `format`")
        }
        return try FormatFault.within("input_audio") { () throws(FormatFault) in
            var audio = try ObjectReader(value)
            let data = try ResponsesFields.required("data", of: &audio)
            let format = try ResponsesFields.required("format", of: &audio)
            return Media(.audio, .data(data), mediaType: ChatAudioFormat.mediaType(format))
        }
    }
}
