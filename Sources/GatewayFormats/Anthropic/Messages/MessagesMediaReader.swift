// SPDX-License-Identifier: Apache-2.0

/// Reads pictures and documents. A source that the neutral form has no name for makes the block an opaque part.
enum MessagesMediaReader {
    static func image(_ members: inout ObjectReader, _ extras: inout Extras) throws(FormatFault) -> Media? {
        guard let (source, type) = try source(&members, &extras) else { return nil }
        if case .text = source { return nil }
        return Media(.image, source, mediaType: type)
    }

    static func document(_ members: inout ObjectReader, _ extras: inout Extras) throws(FormatFault) -> Media? {
        guard let (source, type) = try source(&members, &extras) else { return nil }
        return Media(.document, source, mediaType: type, name: try members.string("title"))
    }

    private static func source(
        _ members: inout ObjectReader, _ extras: inout Extras
    ) throws(FormatFault) -> (Media.Source, type: JSONString?)? {
        guard let value = try members.object("source") else {
            throw FormatFault("source", "is required: where the data is")
        }
        return try FormatFault.within("source") { () throws(FormatFault) in
            var inside = try ObjectReader(value)
            guard let source = try source(of: inside.string("type") ?? "", &inside) else { return nil }
            let type = try inside.string("media_type")
            inside.keepRest(in: &extras, under: "source.")
            return (source, type)
        }
    }

    private static func source(
        of type: JSONString, _ members: inout ObjectReader
    ) throws(FormatFault) -> Media.Source? {
        if type.reads("base64") { return try members.string("data").map { .data($0) } }
        if type.reads("url") { return try members.string("url").map { .url($0) } }
        if type.reads("file") { return try members.string("file_id").map { .file($0) } }
        if type.reads("text") { return try members.string("data").map { .text($0) } }
        return nil
    }
}
