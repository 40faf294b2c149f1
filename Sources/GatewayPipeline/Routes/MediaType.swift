// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP

/// What kinds of body are taken and recognised.
enum MediaType {
    /// Throws unless the body is announced as JSON in UTF-8 without a content coding. A missing type is taken as JSON.
    static func requireJSON(_ fields: FieldTable) throws(GatewayFailure) {
        guard fields.count(.contentType) <= 1 else {
            throw GatewayFailure(.unsupportedMediaType, "The request has more than one Content-Type header.")
        }
        if let coding = fields.first(.contentEncoding), !fields.value(at: coding, is: "identity") {
            throw GatewayFailure(
                .unsupportedMediaType, "Compressed request bodies are not taken; send it uncompressed.")
        }
        guard let range = fields.first(.contentType), !isJSON(fields, range) else { return }
        throw GatewayFailure(
            .unsupportedMediaType, "The body must be JSON in UTF-8: send the header 'Content-Type: application/json'.")
    }

    /// `application/json` or `application/….+json`, with no charset but UTF-8.
    static func isJSON(_ fields: FieldTable, _ range: Range<Int>) -> Bool {
        if fields.value(at: range, is: "application/json") { return true }
        let value = fields.text(range).lowercased()
        let parts = value.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" } }
        guard let type = parts.first,
            type == "application/json" || type.hasPrefix("application/") && type.hasSuffix("+json")
        else { return false }
        return parts.dropFirst().allSatisfy { !$0.hasPrefix("charset=") || $0 == "charset=utf-8" }
    }

    /// `text/event-stream`, whatever its parameters.
    static func isEventStream(_ fields: FieldTable, _ range: Range<Int>) -> Bool {
        fields.value(at: range, startsWith: "text/event-stream")
    }
}
