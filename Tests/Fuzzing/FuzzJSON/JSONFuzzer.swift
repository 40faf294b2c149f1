// SPDX-License-Identifier: Apache-2.0

import FuzzDriver
import GatewayDomain
import GatewayFormats

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
func lookAtInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // The memory is exactly as large as the input, so that reading past the end is seen.
    JSONFuzzer.look(at: UnsafeRawBufferPointer(start: start, count: count))
    return 0
}

/// Scans bytes as JSON. What the scanner accepts must have its values where it says, of the kind it says; a string it
/// found must survive being decoded, written and scanned again.
enum JSONFuzzer {
    private static let paths = [
        "model", "stream", "max_tokens", "usage.prompt_tokens", "usage", "messages", "messages.*.content", "messages.*",
        "stream_options.include_usage", "choices.*.delta.content",
    ]
    private static let shape = JSONShape(paths)
    private static let model = JSONShape(["model"])

    static func look(at bytes: UnsafeRawBufferPointer) {
        let scanner = JSONScanner()
        estimate(bytes, scanner)
        do throws(JSONFault) {
            let fields = try scanner.scan(bytes, padded: false, for: shape)
            require(fields.root != .absent, "a document without a value")
            require(fields.rootRange.lowerBound >= 0 && fields.rootRange.upperBound <= bytes.count, "a root outside")
            check(fields.root, fields.rootRange, bytes)
            for index in paths.indices { check(fields[index], bytes) }
            if fields[0].kind == .string { roundTrip(fields[0].range, bytes) }
        } catch {
            require(!error.message.isEmpty, "a fault without a reason")
            if let offset = error.offset { require(offset <= bytes.count, "a fault outside of the bytes") }
            _ = error.located(in: bytes)
        }
    }

    /// Reads the bytes as a request, whose input is estimated whatever is in it.
    private static func estimate(_ bytes: UnsafeRawBufferPointer, _ scanner: JSONScanner) {
        for endpoint in [Endpoint.chatCompletions, .responses, .messages, .embeddings] {
            do throws(GatewayFailure) {
                let facts = try RequestReader.read(bytes, padded: false, endpoint: endpoint, scanner: scanner)
                require(facts.estimatedPrompt >= 1, "a prompt of nothing")
            } catch {
                require(error.code == .malformedRequest, "a refusal for another reason")
            }
        }
    }

    private static func check(_ field: JSONField, _ bytes: UnsafeRawBufferPointer) {
        guard field.kind != .absent else {
            require(field.matches == 0, "matches without a value")
            return
        }
        require(field.matches >= 1 && field.occurrences >= 1, "a value that never matched")
        require(field.totalLength >= 0 && field.totalLength <= bytes.count, "more text than there is")
        check(field.kind, field.range, bytes)
    }

    private static func check(_ kind: JSONKind, _ range: Range<Int>, _ bytes: UnsafeRawBufferPointer) {
        require(!range.isEmpty && range.upperBound <= bytes.count, "a value outside of the bytes")
        let first = bytes[range.lowerBound]
        let last = bytes[range.upperBound - 1]
        let fits =
            switch kind {
            case .absent: false
            case .null: range.count == 4 && first == UInt8(ascii: "n")
            case .bool: first == UInt8(ascii: "t") || first == UInt8(ascii: "f")
            case .integer, .number: first == UInt8(ascii: "-") || (0x30...0x39).contains(first)
            case .string: range.count >= 2 && first == UInt8(ascii: "\"") && last == first
            case .object: first == UInt8(ascii: "{") && last == UInt8(ascii: "}")
            case .array: first == UInt8(ascii: "[") && last == UInt8(ascii: "]")
            }
        require(fits, "a \(kind) that is none")
    }

    private static func roundTrip(_ range: Range<Int>, _ bytes: UnsafeRawBufferPointer) {
        guard let text = JSONText.decode(range, in: bytes) else {
            return require(false, "a string that was accepted cannot be decoded")
        }
        var document = Array(#"{"model":"#.utf8)
        JSONText.append(text, to: &document)
        document.append(UInt8(ascii: "}"))
        document.withUnsafeBytes { written in
            do throws(JSONFault) {
                let again = try JSONScanner().scan(written, padded: false, for: model)
                let same = JSONText.decode(again[0].range, in: written).map { Array($0.utf8) } == Array(text.utf8)
                require(same, "text that does not read back")
            } catch {
                require(false, "text that was written is not JSON: \(error.message)")
            }
        }
    }
}
