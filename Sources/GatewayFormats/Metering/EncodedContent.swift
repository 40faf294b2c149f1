// SPDX-License-Identifier: Apache-2.0

/// What a request carries in base64, as its first bytes tell: nothing of it is decoded but what is asked for.
struct EncodedContent {
    enum Format {
        case picture
        case wave
        case mp3
        case pdf
        case unknown
    }

    private let base64: Base64View
    /// How many bytes it has once decoded, give or take what is escaped.
    let decodedCount: Int
    /// Whether the string is neither a data URL nor long enough to be content: a URL or an id.
    let isName: Bool

    /// `head` is the beginning of a string of `length` bytes, which is a data URL, or base64 alone.
    init(_ head: UnsafeRawBufferPointer, length: Int) {
        let isURL = head.starts(with: UnsafeRawBufferPointer("data:"))
        let comma = isURL ? head.prefix(256).firstIndex(of: UInt8(ascii: ",")) : nil
        let start = comma.map { $0 + 1 } ?? 0
        base64 = Base64View(UnsafeRawBufferPointer(rebasing: head[start...]))
        let padding = head.count == length ? head.suffix(2).count { $0 == UInt8(ascii: "=") } : 0
        decodedCount = max((length - start) / 4 * 3 + (length - start) % 4 * 3 / 4 - padding, 0)
        isName = comma == nil && length <= 512
    }

    var format: Format {
        if PictureFormat(base64) != nil { return .picture }
        if base64.has("RIFF", at: 0), base64.has("WAVE", at: 8) { return .wave }
        if base64.has("%PDF", at: 0) { return .pdf }
        if base64.has("ID3", at: 0) { return .mp3 }
        // A frame of MPEG audio begins with eleven ones; where it stands, nothing else does.
        if let first = base64[0], let second = base64[1], first == 0xff, second >= 0xe0 { return .mp3 }
        return .unknown
    }

    /// The size of the picture; nil when it is of no known format, or its head is not where it should be.
    var pictureSize: PictureSize? { PictureFormat(base64)?.size(of: base64) }

    /// What the head of a WAV says of it; nil when that is nothing.
    var waveBytesPerSecond: Int64? {
        guard let rate = base64.little(at: 28, bytes: 4), rate > 0 else { return nil }
        return rate
    }
}

/// Base64 whose bytes are decoded one by one, where they are asked for.
struct Base64View {
    private let text: UnsafeRawBufferPointer

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    /// The byte at `index`; nil beyond the end, and where the text is no base64.
    subscript(index: Int) -> UInt8? {
        let place = index / 3 * 4 + index % 3
        guard index >= 0, place + 1 < text.count, let high = Self.value(text[place]),
            let low = Self.value(text[place + 1])
        else { return nil }
        let shift = index % 3 * 2
        return high << (2 + shift) | low >> (4 - shift)
    }

    func has(_ bytes: StaticString, at start: Int) -> Bool {
        (0..<bytes.utf8CodeUnitCount).allSatisfy { self[start + $0] == bytes.utf8Start[$0] }
    }

    /// The number of `bytes` bytes at `start`, the highest first; nil as for the bytes.
    func big(at start: Int, bytes: Int) -> Int64? {
        (0..<bytes).reduce(0) { value, offset in
            guard let value, let byte = self[start + offset] else { return nil }
            return value << 8 | Int64(byte)
        }
    }

    /// The number of `bytes` bytes at `start`, the lowest first; nil as for the bytes.
    func little(at start: Int, bytes: Int) -> Int64? {
        (0..<bytes).reduce(0) { value, offset in
            guard let value, let byte = self[start + offset] else { return nil }
            return value | Int64(byte) << (8 * offset)
        }
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
