// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayFormats
import Testing

/// Pictures, recordings and documents that are no more than their heads.
enum SampleMedia {
    static func png(_ width: Int, _ height: Int) -> [UInt8] {
        [0x89] + Array("PNG\r\n\u{1a}\n".utf8) + [0, 0, 0, 13] + Array("IHDR".utf8) + big(width, 4) + big(height, 4)
            + [8, 2, 0, 0, 0]
    }

    /// With an application segment of `thumbnail` bytes before the frame header, as cameras write.
    static func jpeg(_ width: Int, _ height: Int, thumbnail: Int = 14, frame: UInt8 = 0xc0) -> [UInt8] {
        [0xff, 0xd8, 0xff, 0xe0] + big(thumbnail + 2, 2) + [UInt8](repeating: 0xc0, count: thumbnail)
            + [0xff, 0xff, 0xc4, 0, 3, 0] + [0xff, frame, 0, 17, 8] + big(height, 2) + big(width, 2) + [3, 1, 0x22]
    }

    static func gif(_ width: Int, _ height: Int) -> [UInt8] {
        Array("GIF89a".utf8) + little(width, 2) + little(height, 2) + [0xf7, 0, 0]
    }

    static func webP(_ width: Int, _ height: Int, _ kind: String) -> [UInt8] {
        let size: [UInt8] =
            switch kind {
            case "VP8X": [0, 0, 0, 0] + little(width - 1, 3) + little(height - 1, 3)
            case "VP8L": [0x2f] + little((width - 1) | (height - 1) << 14, 4)
            default: [0x30, 1, 0, 0x9d, 1, 0x2a] + little(width, 2) + little(height, 2)
            }
        return Array("RIFF".utf8) + [0, 1, 0, 0] + Array("WEBP\(kind)".utf8) + [10, 0, 0, 0] + size
    }

    /// A WAV of `seconds` of sound, at `rate` bytes a second.
    static func wave(seconds: Int, rate: Int) -> [UInt8] {
        Array("RIFF".utf8) + little(36 + seconds * rate, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + [1, 0, 1, 0]
            + little(rate / 2, 4) + little(rate, 4) + [2, 0, 16, 0] + Array("data".utf8)
            + little(seconds * rate, 4) + [UInt8](repeating: 0, count: seconds * rate)
    }

    static func pdf(bytes: Int) -> [UInt8] {
        Array("%PDF-1.7\n".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: bytes - 9)
    }

    static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    private static func big(_ value: Int, _ count: Int) -> [UInt8] { little(value, count).reversed() }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}

@Suite struct PictureRuleTests {
    private static func chatPart(_ url: String, detail: String? = nil) -> String {
        let detail = detail.map { ",\"detail\":\"\($0)\"" } ?? ""
        return "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"\(url)\"\(detail)}}]"
    }

    private func chat(_ bytes: [UInt8], detail: String? = nil, model: String = "m") throws -> Int64 {
        let url = "data:image/png;base64,\(SampleMedia.base64(bytes))"
        return try estimate(content: Self.chatPart(url, detail: detail), model: model)
    }

    private func anthropic(_ bytes: [UInt8]) throws -> Int64 {
        let data = SampleMedia.base64(bytes + [UInt8](repeating: 7, count: 200))
        return try estimate(
            content:
                "[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"\(data)\"}}]",
            .messages)
    }

    @Test(
        "The size of a picture is read from the head of every format",
        arguments: [
            SampleMedia.png(1000, 500), SampleMedia.jpeg(1000, 500), SampleMedia.jpeg(1000, 500, thumbnail: 60_000),
            SampleMedia.jpeg(1000, 500, thumbnail: 0, frame: 0xc2), SampleMedia.gif(1000, 500),
            SampleMedia.webP(1000, 500, "VP8X"), SampleMedia.webP(1000, 500, "VP8L"),
            SampleMedia.webP(1000, 500, "VP8 "),
        ])
    func heads(_ bytes: [UInt8]) throws {
        // 36 by 18 patches of 28 pixels, or 666 by the older rule.
        #expect(try anthropic(bytes) == 666)
        // 32 by 16 patches of 32 pixels at 2.46.
        #expect(try chat(bytes) == 1260)
    }

    @Test(
        "Anthropic counts patches of 28 pixels, 4,784 at most",
        arguments: [
            (28, 28, 1), (29, 28, 2), (200, 200, 64), (1000, 1000, 1333), (1092, 1092, 1589), (1920, 1080, 2764),
            (4032, 3024, 4784), (65535, 65535, 4784), (1, 65535, 2341),
        ])
    func anthropicSizes(_ width: Int, _ height: Int, _ tokens: Int64) throws {
        #expect(try anthropic(SampleMedia.png(width, height)) == tokens)
    }

    /// OpenAI publishes 1,024 patches times 1.62 or 2.46 for 1024 by 1024, and 1,452 for 1800 by 2400; measured for
    /// its newest models are 1,229 for the former and 14,364 for 4032 by 3024.
    @Test(
        "OpenAI's dearest rule counts",
        arguments: [
            (1024, 1024, nil, 2520), (1024, 1024, "high", 2520), (1024, 1024, "low", 630), (1800, 2400, "high", 3779),
            (1800, 2400, nil, 5130), (4032, 3024, nil, 14_364), (4032, 3024, "high", 3779), (4032, 3024, "low", 630),
            (16, 16, nil, 255), (16, 16, "low", 85), (2048, 16, nil, 765), (60_000, 60_000, nil, 36_000),
        ] as [(Int, Int, String?, Int64)])
    func openAISizes(_ width: Int, _ height: Int, _ detail: String?, _ tokens: Int64) throws {
        #expect(try chat(SampleMedia.png(width, height), detail: detail) == tokens)
    }

    /// OpenAI's tiles: 85 and 170 for each make 765 for 1024 by 1024 and 1,105 for 2048 by 4096, of GPT-4o; of GPT-4o mini
    /// 2,833 and 5,667 make 25,501 and 36,835.
    @Test(
        "GPT-4o mini counts its own tokens",
        arguments: [
            (1024, 1024, nil, 25_501), (2048, 4096, nil, 36_835), (512, 512, nil, 8_500), (1024, 1024, "low", 2_833),
            (8000, 3000, "high", 48_169),
        ] as [(Int, Int, String?, Int64)])
    func tiles(_ width: Int, _ height: Int, _ detail: String?, _ tokens: Int64) throws {
        #expect(try chat(SampleMedia.png(width, height), detail: detail, model: "gpt-4o-mini-2024-07-18") == tokens)
    }

    @Test(
        "A picture that is elsewhere, or cannot be read, counts a constant",
        arguments: [
            "https://example.test/a.png", "data:image/heic;base64,AAAA", "data:image/png;base64,iVBORw0KGgo", "",
            "data:,",
        ])
    func unseen(_ url: String) throws {
        #expect(try estimate(content: Self.chatPart(url)) == 12_000)
        #expect(try estimate(content: Self.chatPart(url, detail: "low")) == 630)
        #expect(try estimate(content: Self.chatPart(url, detail: "high")) == 3_779)
        #expect(
            try estimate(
                content: "[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"\(url)\"}}]", .messages) == 4_784)
    }

    @Test(
        "Pictures count wherever the API has them, and the order of members is nothing",
        arguments: [
            (Endpoint.chatCompletions, #"{"type":"image_url","image_url":{"detail":"low","url":"URL"}}"#, 121),
            (.chatCompletions, #"{"image_url":{"url":"URL","detail":"low"},"type":"image_url"}"#, 121),
            (.responses, #"{"type":"input_image","image_url":"URL","detail":"low"}"#, 121),
            (.responses, #"{"detail":"low","image_url":"URL","type":"input_image"}"#, 121),
            (.responses, #"{"type":"input_image","file_id":"file-123"}"#, 12_000),
            (.responses, #"{"file_id":"file-123","detail":"high","type":"input_image"}"#, 3_779),
            (.messages, #"{"source":{"data":"DATA","type":"base64"},"type":"image"}"#, 64),
            (.messages, #"{"type":"image","source":{"type":"file","file_id":"file_1"}}"#, 4_784),
            (
                .messages,
                #"{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"data":"DATA"}}]}"#, 64
            ),
        ])
    func places(_ endpoint: Endpoint, _ part: String, _ tokens: Int64) throws {
        let data = SampleMedia.base64(SampleMedia.png(200, 200) + [UInt8](repeating: 0, count: 99))
        let content = part.replacing("URL", with: "data:image/png;base64,\(data)").replacing("DATA", with: data)
        let base = endpoint == .responses ? "input" : "messages"
        func body(_ content: String) -> String {
            "{\"model\":\"m\",\"max_tokens\":9,\"\(base)\":[{\"role\":\"user\",\"content\":[\(content)]}]}"
        }
        #expect(try estimate(body(content), endpoint) - estimate(body(""), endpoint) == tokens)
    }

    @Test("Slashes that are escaped change nothing")
    func escapedSlashes() throws {
        for bytes in [SampleMedia.jpeg(1000, 500), SampleMedia.jpeg(1000, 500, thumbnail: 60_000)] {
            let data = SampleMedia.base64(bytes + [UInt8](repeating: 0xff, count: 300_000))
            let content = "[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"data\":\"\(data)\"}}]"
            #expect(data.hasPrefix("/9j/"))
            #expect(try estimate(content: content.replacing("/", with: "\\/"), .messages) == 666)
        }
        let pdf = SampleMedia.base64(SampleMedia.pdf(bytes: 9) + [UInt8](repeating: 0xff, count: 300_000))
        let content = "[{\"type\":\"document\",\"source\":{\"data\":\"\(pdf.replacing("/", with: "\\/"))\"}}]"
        #expect(try estimate(content: content, .messages) >= 150_000)
    }

    @Test("The size of its base64 is nothing to a picture")
    func base64Size() throws {
        let small = SampleMedia.png(640, 480)
        #expect(try chat(small + [UInt8](repeating: 200, count: 3 << 20)) == chat(small))
    }

    @Test("Base64 that stands as text is text, as it is to the model")
    func base64AsText() throws {
        let text = SampleMedia.base64(SampleMedia.png(64, 64) + [UInt8](repeating: 200, count: 3000))
        #expect(try estimate(content: "\"\(text)\"") > text.utf8.count / 4)
    }

    @Test("Text that a document gives as its data is text, however it begins", arguments: [true, false])
    func dataAsText(_ typeFirst: Bool) throws {
        let text = SampleMedia.base64(SampleMedia.png(64, 64) + [UInt8](repeating: 200, count: 3000))
        let members = typeFirst ? "\"type\":\"text\",\"data\":\"\(text)\"" : "\"data\":\"\(text)\",\"type\":\"text\""
        let content = "[{\"type\":\"document\",\"source\":{\(members)}}]"
        #expect(try estimate(content: content, .messages) == estimate(content: "\"\(text)\"", .messages))
    }

    @Test("Pictures beyond those that are listed count the constant each")
    func many() throws {
        let picture = #"{"type":"image_url","image_url":{"url":"https://a.test/","detail":"low"}}"#
        let content = "[\(Array(repeating: picture, count: 1030).joined(separator: ","))]"
        #expect(try estimate(content: content) == 1024 * 630 + 6 * 12_000)
    }
}

@Suite struct RecordingAndDocumentRuleTests {
    @Test("A recording counts ten tokens a second, as long as its head says", arguments: [(3, 48_000), (12, 8_000)])
    func wave(_ seconds: Int, _ rate: Int) throws {
        let data = SampleMedia.base64(SampleMedia.wave(seconds: seconds, rate: rate))
        let tokens = try estimate(
            content: "[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"\(data)\",\"format\":\"wav\"}}]")
        #expect((Int64(seconds) * 10...Int64(seconds) * 10 + 1).contains(tokens), "\(tokens)")
    }

    @Test("An MP3 counts as long as it can be")
    func mp3() throws {
        let data = SampleMedia.base64([0xff, 0xfb, 0x90, 0x00] + [UInt8](repeating: 9, count: 40_000 - 4))
        #expect(
            try estimate(
                content: "[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"\(data)\",\"format\":\"mp3\"}}]")
                == 100)
    }

    @Test(
        "A document counts half its bytes, and a PDF a page at least",
        arguments: [(300_000, 150_000), (1000, 4600)])
    func pdf(_ bytes: Int, _ tokens: Int64) throws {
        let data = SampleMedia.base64(SampleMedia.pdf(bytes: bytes))
        let anthropic =
            "[{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"\(data)\"}}]"
        let chat =
            "[{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\",\"file_data\":\"data:application/pdf;base64,\(data)\"}}]"
        #expect(abs(try estimate(content: anthropic, .messages) - tokens) <= 1)
        #expect(abs(try estimate(content: chat) - tokens) <= 1)
    }

    @Test(
        "A document that is elsewhere counts ten pages",
        arguments: [
            (Endpoint.chatCompletions, #"{"type":"file","file":{"file_id":"file-123"}}"#),
            (.messages, #"{"type":"document","source":{"type":"url","url":"https://a.test/a.pdf"}}"#),
            (.messages, #"{"source":{"type":"file","file_id":"file_1"},"type":"document"}"#),
        ])
    func named(_ endpoint: Endpoint, _ part: String) throws {
        #expect(try estimate(content: "[\(part)]", endpoint) == 46_000)
    }
}
