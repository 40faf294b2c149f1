// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// What pictures, recordings and documents cost, by the rules that the vendors publish: for each the most that any model
/// of the dialect charges, because the name of a model says little about it.
struct MediaRule {
    /// What is charged for pictures.
    private enum Pictures {
        /// A token for each patch of 28 by 28 pixels, or in older models for each 750 pixels.
        case anthropic
        /// Of 32 by 32 pixels a patch, or of 512 by 512 pixels a tile; what a tile and what the whole costs.
        case openAI(perTile: Int64, base: Int64)
    }

    /// A page of a document: at most 3,000 tokens of text, and a picture.
    private static let page: Int64 = 4_600
    /// A document of which nothing is known but a name: ten pages.
    private static let namedDocument: Int64 = 10 * page
    /// A recording of which nothing is known but a name: ten minutes.
    private static let namedRecording: Int64 = 6_000

    /// What a picture of the highest resolution costs that Anthropic does not scale down.
    private static let mostOfAnthropic: Int64 = 4_784

    /// Bytes of an escaped string that are looked at.
    private static let longestHead = 128 << 10

    private let pictures: Pictures

    init(dialect: Dialect, model: String) {
        switch dialect {
        case .anthropic: pictures = .anthropic
        // GPT-4o mini has tokens of a thirtieth of GPT-4o's price, and charges as many more of them for a picture.
        case .openAI where model.contains("gpt-4o-mini"): pictures = .openAI(perTile: 5_667, base: 2_833)
        case .openAI: pictures = .openAI(perTile: 170, base: 85)
        }
    }

    /// The most that a picture costs of which only the place is known.
    var mostOfPicture: Int64 { picture(nil, .unsaid) }

    /// What `media` costs, of the request `body`.
    func tokens(of media: JSONMedia, in body: UnsafeRawBufferPointer) -> Int64 {
        let string = UnsafeRawBufferPointer(rebasing: body[media.range])
        guard media.isEscaped else { return tokens(of: media, EncodedContent(string, length: string.count)) }
        // Some writers escape every slash. Without the backslashes the head is where it should be.
        let head = string.prefix(Self.longestHead).filter { $0 != UInt8(ascii: "\\") }
        return head.withUnsafeBytes { tokens(of: media, EncodedContent($0, length: string.count)) }
    }

    private func tokens(of media: JSONMedia, _ content: EncodedContent) -> Int64 {
        switch media.kind {
        case .reference: return mostOfPicture
        case .picture: return picture(content.pictureSize, media.detail)
        case .sound: return sound(content)
        case .file: return document(content)
        case .payload:
            switch content.format {
            case .picture: return picture(content.pictureSize, media.detail)
            case .wave, .mp3: return sound(content)
            case .pdf: return document(content)
            case .unknown: return PromptEstimate.sealed(Int64(media.range.count))
            }
        }
    }

    // MARK: Pictures

    private func picture(_ size: PictureSize?, _ detail: JSONMedia.Detail) -> Int64 {
        switch pictures {
        case .anthropic:
            guard let size else { return Self.mostOfAnthropic }
            return min(max(size.patches(of: 28), size.width * size.height / 750), Self.mostOfAnthropic)
        case .openAI(let perTile, let base):
            let tiles = detail == .low ? 0 : size?.tiles ?? PictureSize.mostTiles
            return max(base + perTile * tiles, Self.patches(size?.patches(of: 32), detail))
        }
    }

    /// OpenAI's models that count patches: up to 1,536 of them at up to 2.46 tokens, or more of them at 1.2. A picture of
    /// no stated detail is taken as it is by the newest; one that is not seen is taken for 10,000 patches.
    private static func patches(_ patches: Int64?, _ detail: JSONMedia.Detail) -> Int64 {
        let (small, large): (Int64, Int64) =
            switch detail {
            case .low: (256, 256)
            case .high: (1_536, 2_500)
            case .unsaid: (1_536, 30_000)
            }
        let patches = patches ?? 10_000
        return max(perHundred(246, min(patches, small)), perHundred(120, min(patches, large)))
    }

    private static func perHundred(_ factor: Int64, _ count: Int64) -> Int64 { (count * factor + 99) / 100 }

    // MARK: Recordings and documents

    /// OpenAI charges a token for each tenth of a second. How long it lasts is told by the head of a WAV; an MP3 of
    /// MPEG-1 has at least 4,000 bytes a second.
    private func sound(_ content: EncodedContent) -> Int64 {
        if content.isName { return Self.namedRecording }
        let perSecond = content.format == .wave ? content.waveBytesPerSecond ?? 4_000 : 4_000
        return (Int64(content.decodedCount) * 10 + perSecond - 1) / perSecond
    }

    /// Two bytes a token, and a PDF is a page at least.
    private func document(_ content: EncodedContent) -> Int64 {
        if content.isName { return Self.namedDocument }
        let bySize = Int64(content.decodedCount + 1) / 2
        return content.format == .pdf ? max(bySize, Self.page) : bySize
    }
}

extension PictureSize {
    /// The most tiles there are.
    static let mostTiles: Int64 = 8

    /// How many squares of `side` pixels cover the picture.
    func patches(of side: Int64) -> Int64 {
        (width + side - 1) / side * ((height + side - 1) / side)
    }

    /// How many squares of 512 pixels cover the picture once it is no larger than 2,048 pixels, and its shorter side than
    /// 768.
    var tiles: Int64 {
        let (long, short) = (max(width, height), min(width, height))
        // The scale is a fraction, so that nothing is rounded: `numerator` to `denominator`, at most 1.
        var (numerator, denominator) = (Int64(2_048), max(long, 2_048))
        if short * numerator > 768 * denominator { (numerator, denominator) = (768, short) }
        func squares(_ side: Int64) -> Int64 {
            let tile = 512 * denominator
            return max((side * numerator + tile - 1) / tile, 1)
        }
        return min(squares(long) * squares(short), Self.mostTiles)
    }
}
