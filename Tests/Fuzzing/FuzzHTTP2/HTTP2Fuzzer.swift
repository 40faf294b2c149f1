// SPDX-License-Identifier: Apache-2.0

import FuzzDriver
import GatewayHTTP

/// What libFuzzer calls with each input. Its bytes are read twice: as the fields of an HTTP/2 head, each a name and a value
/// with their lengths before them, and as the frames of a connection, whole and in pieces. A head that is accepted must be
/// one that HTTP/1 accepts as the same; and however frames are cut, the same heads must be seen in them.
@_cdecl("LLVMFuzzerTestOneInput")
func lookAtInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard input.count > 2 else { return 0 }
    let bytes = Array(input[2...])
    if let head = read(fields(bytes), endsStream: input[0] & 1 == 1) { compare(head) }
    walk(bytes, pieces(of: bytes.count, seed: input[1]))
    return 0
}

private let limits = HeadLimits(bytes: 4_096, fields: 32)

private func fields(_ bytes: [UInt8]) -> [(name: String, value: String)] {
    var texts: [String] = []
    var rest = bytes[...]
    while let length = rest.popFirst() {
        texts.append(String(decoding: rest.prefix(Int(length)), as: UTF8.self))
        rest = rest.dropFirst(Int(length))
    }
    return stride(from: 0, to: texts.count - 1, by: 2).map { (texts[$0], texts[$0 + 1]) }
}

private func read(_ fields: [(name: String, value: String)], endsStream: Bool) -> RequestHead? {
    do throws(HTTPFault) {
        var reader = HTTP2HeadReader(limits: limits)
        for (name, value) in fields { try reader.add(name: name, value: value) }
        return try reader.head(endsStream: endsStream)
    } catch {
        return nil
    }
}

/// Writes the head down as HTTP/1 would. Its method is left out of it: those that are not ours are all alike by now.
private func compare(_ head: RequestHead) {
    var written = Array("POST ".utf8) + head.target.path
    if let query = head.target.query { written += Array("?".utf8) + query }
    written += Array(" HTTP/1.1\r\n".utf8)
    for entry in head.fields.entries {
        written +=
            head.fields.bytes[entry.name] + Array(": ".utf8) + head.fields.bytes[entry.value] + Array("\r\n".utf8)
    }
    written += Array("\r\n".utf8)
    let again = try? RequestHead(
        parsing: written.span, limits: HeadLimits(bytes: written.count, fields: limits.fields + 1))
    require(again?.target == head.target, "HTTP/1 reads another target, or refuses: \(written)")
    require(again?.fields.entries.count == head.fields.entries.count, "HTTP/1 reads other fields: \(written)")
    require(head.fields.count(.host) == 1, "not one host")
    if case .length(let length) = head.framing, length > 0 {
        require(again?.framing == head.framing, "HTTP/1 reads another length: \(written)")
    }
}

private func walk(_ bytes: [UInt8], _ pieces: [Range<Int>]) {
    var whole = HTTP2FrameWalk()
    whole.pass(bytes.span)
    var cut = HTTP2FrameWalk()
    for piece in pieces { cut.pass(Array(bytes[piece]).span) }
    require(whole.isInHead == cut.isInHead && whole.headCount == cut.headCount, "cut differently, walked differently")
}
