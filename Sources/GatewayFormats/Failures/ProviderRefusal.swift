// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// What a provider says when it refuses a request.
package enum ProviderRefusal: Equatable, Sendable {
    /// An error in the form of the dialect, which its clients understand, at this place of the body.
    case wellFormed(Range<Int>)
    /// Anything else, with the words in it that are meant for people, if there are any and they are safe to show.
    case other(message: String?)

    /// Reads `body`: JSON, JSON in an array of one, or the data of an event. What has `credential` in it, the gateway's own
    /// at the provider, is not passed on; words that look like any credential lose it.
    package init(_ body: UnsafeRawBufferPointer, dialect: Dialect, credential: Secret?, scanner: JSONScanner) {
        guard let range = ProviderRefusal.object(in: body, scanner: scanner) else {
            self = .other(message: nil)
            return
        }
        let object = UnsafeRawBufferPointer(rebasing: body[range])
        guard let fields = ProviderRefusal.scan(object, scanner) else {
            self = .other(message: nil)
            return
        }
        if ProviderRefusal.isWellFormed(fields, object, dialect), !CredentialFilter(credential).finds(in: object) {
            self = .wellFormed(range)
        } else {
            let words = ProviderRefusal.words(fields, object)
            self = .other(message: words.flatMap(CredentialFilter(credential).shown))
        }
    }

    private enum Path: Int, JSONPath {
        case type, error, errorType, errorMessage, message, detail, detailMessage, element

        var path: String {
            switch self {
            case .type: "type"
            case .error: "error"
            case .errorType: "error.type"
            case .errorMessage: "error.message"
            case .message: "message"
            case .detail: "detail"
            case .detailMessage: "detail.*.msg"
            case .element: "*"
            }
        }
    }

    private static let shape = JSONShape(Path.self)

    private static func scan(_ body: UnsafeRawBufferPointer, _ scanner: JSONScanner) -> JSONFields? {
        do throws(JSONFault) {
            return try scanner.scan(body, padded: false, for: shape)
        } catch { return nil }
    }

    /// Where the object lies that says what is wrong.
    private static func object(in body: UnsafeRawBufferPointer, scanner: JSONScanner) -> Range<Int>? {
        if let fields = scan(body, scanner) {
            if fields.root == .object { return fields.rootRange }
            let element = fields[Path.element]
            return element.kind == .object && element.matches == 1 ? element.range : nil
        }
        var events = EventStreamScanner()
        guard let data = (events.next(in: body) ?? events.unended(in: body)?.event)?.data,
            let fields = scan(UnsafeRawBufferPointer(rebasing: body[data]), scanner), fields.root == .object
        else { return nil }
        let range = fields.rootRange
        return data.lowerBound + range.lowerBound..<data.lowerBound + range.upperBound
    }

    private static func isWellFormed(_ fields: JSONFields, _ object: UnsafeRawBufferPointer, _ dialect: Dialect) -> Bool
    {
        guard fields[Path.error].kind == .object, fields[Path.errorMessage].kind == .string else { return false }
        switch dialect {
        case .openAI: return true
        case .anthropic:
            let type = fields[Path.type]
            return type.kind == .string && JSONText.at(type.range, in: object, is: "error")
                && fields[Path.errorType].kind == .string
        }
    }

    private static func words(_ fields: JSONFields, _ object: UnsafeRawBufferPointer) -> String? {
        for path in [Path.errorMessage, .error, .message, .detail, .detailMessage] where fields[path].kind == .string {
            return JSONText.decode(fields[path].range, in: object)
        }
        return nil
    }
}
