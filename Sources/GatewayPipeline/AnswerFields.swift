// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import NIOCore

/// The header fields the gateway adds to answers.
enum AnswerFields {
    /// The request id, in the field that each dialect's SDKs read.
    static func addIdentity(to head: inout ResponseHead, requestID: String, dialect: Dialect) {
        head.add("x-request-id", requestID)
        if dialect == .anthropic { head.add("request-id", requestID) }
    }

    /// Who served the call and after how many attempts.
    static func add(
        to head: inout ResponseHead, _ admitted: Admitted, attempt: Planned.Attempt?, attempts: Int
    ) {
        addIdentity(to: &head, requestID: admitted.received.requestID, dialect: admitted.decoded.endpoint.dialect)
        if let attempt {
            head.add("x-sluice-model", attempt.model)
            head.add("x-sluice-provider", attempt.outbound.provider.name)
        }
        head.add("x-sluice-attempts", attempts)
        head.add("x-sluice-cache", "off")
        if attempts > 1 { head.add("x-sluice-degraded", "fallback") }
    }

    /// The gateway's own share of the latency, in microseconds.
    static func addOverhead(to head: inout ResponseHead, _ nanoseconds: UInt64) {
        head.add("x-sluice-overhead-us", Int(clamping: nanoseconds / 1000))
    }

    /// What the call cost.
    static func addCost(to head: inout ResponseHead, _ cost: Cost) {
        switch cost {
        case .priced(let amount): head.add("x-sluice-cost-usd", amount.decimal)
        case .unpriced: head.add("x-sluice-cost-usd", "unpriced")
        }
    }
}

/// How long the gateway itself took, in nanoseconds: all the time a call was in its hands rather than the client's, the
/// network's or the provider's.
enum Overhead {
    /// From the whole request to its being handed to the provider, without making a connection.
    static func before(_ decoded: Decoded, sentAt: UInt64, connecting: UInt64) -> UInt64 {
        let spent = sentAt &- decoded.completedAt
        return sentAt > decoded.completedAt && spent > connecting ? spent - connecting : 0
    }
}

/// An error of the gateway's own, as a whole answer.
struct ErrorAnswer {
    var head: ResponseHead
    var body: ByteBuffer

    init(_ failure: GatewayFailure, _ dialect: Dialect, requestID: String) {
        head = ResponseHead(status: failure.status)
        head.add("content-type", "application/json")
        if let retryAfter = failure.retryAfter { head.add("retry-after", retryAfter) }
        switch failure.code {
        case .missingKey, .invalidKey, .ambiguousKey: head.add("www-authenticate", "Bearer")
        case .methodNotAllowed: head.add("allow", failure.message.contains("POST") ? "POST" : "GET, HEAD")
        default: break
        }
        body = ByteBuffer(bytes: ErrorFormat.body(failure, dialect: dialect, requestID: requestID))
    }
}
