// SPDX-License-Identifier: Apache-2.0

/// Width and height of a picture in pixels, each from 1 to a million: no format that is read has more and is taken.
struct PictureSize: Equatable {
    var width: Int64
    var height: Int64

    init?(width: Int64?, height: Int64?) {
        guard let width, let height, (1...1_000_000).contains(width), (1...1_000_000).contains(height) else {
            return nil
        }
        self.width = width
        self.height = height
    }
}

/// The formats of pictures that all vendors take, and where each says how large a picture is.
enum PictureFormat {
    case png
    case jpeg
    case gif
    case webP

    init?(_ bytes: Base64View) {
        if bytes[0] == 0x89, bytes.has("PNG", at: 1) {
            self = .png
        } else if bytes[0] == 0xff, bytes[1] == 0xd8, bytes[2] == 0xff {
            self = .jpeg
        } else if bytes.has("GIF8", at: 0) {
            self = .gif
        } else if bytes.has("RIFF", at: 0), bytes.has("WEBP", at: 8) {
            self = .webP
        } else {
            return nil
        }
    }

    func size(of bytes: Base64View) -> PictureSize? {
        switch self {
        case .png: PictureSize(width: bytes.big(at: 16, bytes: 4), height: bytes.big(at: 20, bytes: 4))
        case .gif: PictureSize(width: bytes.little(at: 6, bytes: 2), height: bytes.little(at: 8, bytes: 2))
        case .jpeg: Self.jpegSize(bytes)
        case .webP: Self.webPSize(bytes)
        }
    }

    /// The size stands in the frame header, after segments of any number and length: pictures of cameras have a thumbnail
    /// there, and colour profiles come in many pieces.
    private static func jpegSize(_ bytes: Base64View) -> PictureSize? {
        var at = 2
        for _ in 0..<256 {
            guard bytes[at] == 0xff, let marker = bytes[at + 1] else { return nil }
            switch marker {
            // Filling.
            case 0xff: at += 1
            // The picture itself has begun, so no frame header is before it.
            case 0xd9, 0xda: return nil
            // Tables of codes, extensions and arithmetic conditioning have numbers among those of frames.
            case 0xc0...0xcf where ![0xc4, 0xc8, 0xcc].contains(marker):
                return PictureSize(width: bytes.big(at: at + 7, bytes: 2), height: bytes.big(at: at + 5, bytes: 2))
            default:
                guard let length = bytes.big(at: at + 2, bytes: 2) else { return nil }
                at += 2 + Int(length)
            }
        }
        return nil
    }

    private static func webPSize(_ bytes: Base64View) -> PictureSize? {
        if bytes.has("VP8X", at: 12) {
            return PictureSize(
                width: bytes.little(at: 24, bytes: 3).map { $0 + 1 },
                height: bytes.little(at: 27, bytes: 3).map { $0 + 1 })
        }
        if bytes.has("VP8L", at: 12) {
            let sizes = bytes.little(at: 21, bytes: 4)
            return PictureSize(
                width: sizes.map { $0 & 0x3fff + 1 }, height: sizes.map { $0 >> 14 & 0x3fff + 1 })
        }
        guard bytes.has("VP8 ", at: 12) else { return nil }
        return PictureSize(
            width: bytes.little(at: 26, bytes: 2).map { $0 & 0x3fff },
            height: bytes.little(at: 28, bytes: 2).map { $0 & 0x3fff })
    }
}
