// SPDX-License-Identifier: Apache-2.0

import FuzzDriver
import GatewayHTTP

/// What libFuzzer calls with each input: bytes for the HTTP/1 reader, as a request or as an answer, whole and in pieces.
/// However they are cut, the reader must come to the same message or refuse it; and what it accepts must keep the promises
/// of its types.
@_cdecl("LLVMFuzzerTestOneInput")
func lookAtInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard input.count > 2 else { return 0 }
    let bytes = Array(input[2...])
    let kind: Message.Kind = input[0] & 1 == 0 ? .request : .answer
    let whole = Message.read(bytes, [0..<bytes.count], kind)
    let split = Message.read(bytes, pieces(of: bytes.count, seed: input[1]), kind)
    require(whole == split, "cut differently, read differently: \(whole) and \(split)")
    return 0
}

/// What the reader makes of the bytes of a connection.
private enum Message: Equatable {
    enum Kind {
        case request, answer
    }

    case refused
    case incomplete
    /// The head was read; `data` is what came of the body, and `end` where the message ended, if it did.
    case read(head: [UInt8], data: [UInt8], end: Int?)

    static let limits = HeadLimits(bytes: 4_096, fields: 32)

    static func read(_ bytes: [UInt8], _ pieces: [Range<Int>], _ kind: Kind) -> Message {
        do throws(HTTPFault) {
            var finder = HeadFinder()
            for piece in pieces {
                let received = Array(bytes[..<piece.upperBound])
                guard let end = try finder.end(in: received.span) else { continue }
                let head = Array(bytes[..<end])
                let framing = try framing(head, kind)
                return try body(bytes, from: end, pieces, BodyDecoder(framing), head: head)
            }
            return .incomplete
        } catch {
            return .refused
        }
    }

    private static func framing(_ head: [UInt8], _ kind: Kind) throws(HTTPFault) -> BodyFraming {
        switch kind {
        case .request:
            let request = try RequestHead(parsing: head.span, limits: limits)
            check(request)
            return request.framing
        case .answer:
            let answer = try AnswerHead(parsing: head.span, limits: limits)
            require((100...999).contains(answer.status), "a status of \(answer.status)")
            check(answer.fields)
            return answer.framing
        }
    }

    private static func body(
        _ bytes: [UInt8], from start: Int, _ pieces: [Range<Int>], _ decoder: BodyDecoder, head: [UInt8]
    ) throws(HTTPFault) -> Message {
        var decoder = decoder
        var data: [UInt8] = []
        var place = start
        for piece in pieces where piece.upperBound >= place {
            // As a connection hands it over: what is not used up yet.
            let received = Array(bytes[place..<piece.upperBound])
            var offset = 0
            reading: while true {
                let before = offset
                switch try decoder.next(received.span, &offset) {
                case .data(let range):
                    require(range.lowerBound >= before && range.upperBound <= offset, "data outside of what was read")
                    data.append(contentsOf: received[range])
                case .needMore: break reading
                case .end: return .read(head: head, data: data, end: place + offset)
                }
            }
            require(offset == received.count, "the reader waits for more and leaves bytes")
            place += offset
        }
        return .read(head: head, data: data, end: nil)
    }

    private static func check(_ request: RequestHead) {
        check(request.fields)
        let path = request.target.path
        require(path.first == UInt8(ascii: "/"), "a path that does not start with a slash")
        require(path.allSatisfy { $0 > 0x20 && $0 < 0x7f }, "a path with a control character")
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        require(!segments.contains { $0.elementsEqual("..".utf8) || $0.elementsEqual(".".utf8) }, "a dot segment")
        require((try? RequestTarget(path: path))?.path == path, "the normal form of a path is not its own normal form")
        let isChunked = request.framing == .chunked
        require(!isChunked || request.fields.count(.contentLength) == 0, "two ways to frame a body")
        require(request.fields.count(.host) <= 1, "two hosts")
        if case .length(let count) = request.framing { require(count >= 0, "a negative length") }
    }

    private static func check(_ fields: FieldTable) {
        require(fields.entries.count <= limits.fields, "too many fields")
        for entry in fields.entries {
            let name = fields.bytes[entry.name]
            require(!name.isEmpty, "a field without a name")
            require(name.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }, "a forged field name")
            require(!name.contains { (0x41...0x5a).contains($0) }, "a field name in capitals")
            let value = fields.bytes[entry.value]
            require(!value.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f }, "a forged field value")
            require(value.first != 0x20 && value.last != 0x20, "white space around a value")
        }
    }
}
