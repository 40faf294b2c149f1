// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Why serving a request ended.
enum Ending: Sendable, Equatable {
    case complete
    case clientGone
    /// By a directive of this name.
    case fault(String)

    var text: String {
        switch self {
        case .complete: "complete"
        case .clientGone: "client_gone"
        case .fault(let name): "fault:\(name)"
        }
    }
}

/// One request that was served, as the journal tells it.
struct JournalEntry: Sendable {
    /// What is known when the request has been read.
    struct Opening: Sendable {
        var time: Date
        var endpoint: Endpoint
        var method: String
        var path: String
        var credential: String?
        /// In the order received, in lower case, credentials masked.
        var headers: [(name: String, value: String)]
        var bodyBytes: Int
        /// The body as text unless it is too large to keep.
        var body: String?
    }

    /// What is known when the body has been understood.
    struct Reading: Sendable {
        var model: String?
        var marker: String?
        var streams = false
        var directives = ""
    }

    /// What is known at the end.
    struct Closing: Sendable {
        var status: Int
        /// The id in the answer's body.
        var answerID: String?
        /// What was delivered, by the counting rule.
        var billed = TokenCounts()
        /// What the client was told, which a directive may have made a lie; nil when it was told nothing.
        var reported: TokenCounts?
        var chunks = 0
        var ending = Ending.complete
    }

    var sequence: Int
    var opening: Opening
    var reading = Reading()
    /// nil while the request is being served.
    var closing: Closing?

    /// The provider's id for the request, as its answer's headers say it.
    static func requestID(_ sequence: Int) -> String {
        let digits = String(sequence)
        return "req_sim_" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits
    }

    var json: JSON {
        var object: JSONObject = [
            "sequence": .integer(sequence),
            "time": .string(opening.time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))),
            "endpoint": .string(opening.endpoint.rawValue),
            "method": .string(opening.method),
            "path": .string(opening.path),
            "model": JSON(reading.model),
            "marker": JSON(reading.marker),
            "stream": .bool(reading.streams),
            "directives": .string(reading.directives),
            "credential": JSON(opening.credential),
            "request_id": JSON(opening.headers.first { $0.name == "x-request-id" }?.value),
            "provider_request_id": .string(Self.requestID(sequence)),
        ]
        for field in outcome.fields { object.append(field.name, field.value) }
        object.append("headers", headers)
        object.append("body_bytes", .integer(opening.bodyBytes))
        object.append("body", JSON(opening.body))
        return .object(object)
    }

    private var outcome: JSONObject {
        let billed = closing?.billed ?? TokenCounts()
        return [
            "answer_id": JSON(closing?.answerID),
            "status": JSON(closing?.status),
            "prompt_tokens": .integer(billed.prompt),
            "completion_tokens": .integer(billed.completion),
            "cached_tokens": .integer(billed.cached),
            "cache_write_tokens": .integer(billed.cacheWrite),
            "reasoning_tokens": .integer(billed.reasoning),
            "reported": closing?.reported.map(Self.json) ?? .null,
            "chunks": .integer(closing?.chunks ?? 0),
            "ended": .string(closing?.ending.text ?? "open"),
        ]
    }

    private static func json(_ counts: TokenCounts) -> JSON {
        [
            "prompt_tokens": .integer(counts.prompt),
            "completion_tokens": .integer(counts.completion),
            "cached_tokens": .integer(counts.cached),
            "cache_write_tokens": .integer(counts.cacheWrite),
            "reasoning_tokens": .integer(counts.reasoning),
        ]
    }

    /// Values of a header that came more than once are joined, so that a repeated one shows.
    private var headers: JSON {
        var object = JSONObject()
        for (name, value) in opening.headers {
            if let known = object[name]?.text {
                object[name] = .string("\(known), \(value)")
            } else {
                object.append(name, .string(value))
            }
        }
        return .object(object)
    }
}
