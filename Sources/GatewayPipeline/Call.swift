// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain
package import GatewayHTTP

/// One request as it was received: made once, never changed, shared by all stages.
package final class Received {
    package let row: RowID
    /// The client's own `x-request-id` where it is sane, else the row's identifier.
    package let requestID: String
    package let traceID: String
    package let startedAt: Timestamp
    /// The lane's clock when the head had come.
    package let startedNanoseconds: UInt64
    package let head: RequestHead
    package let route: Route
    /// The configuration this request is served with, from here to its end.
    package let compiled: Compiled

    init(
        identity: RequestIdentity, startedAt: Timestamp, startedNanoseconds: UInt64, head: RequestHead, route: Route,
        compiled: Compiled
    ) {
        row = identity.row
        requestID = identity.requestID
        traceID = identity.traceID
        self.startedAt = startedAt
        self.startedNanoseconds = startedNanoseconds
        self.head = head
        self.route = route
        self.compiled = compiled
    }
}

/// The names a request goes by.
struct RequestIdentity {
    var row: RowID
    var requestID: String
    var traceID: String

    /// Takes what the client says where it may, and makes the rest. A client's request id is taken when it is 1 to 128
    /// letters, digits and `-_.:`; its trace from a well-formed `traceparent`.
    init(_ fields: FieldTable, startedAt: Timestamp, random: inout LaneRandom) {
        row = RowID(at: startedAt, using: &random)
        let hexadecimal = row.hexadecimal
        requestID = Self.requestID(fields) ?? hexadecimal
        traceID = fields.first(.traceparent).flatMap { TraceContext.parse(fields.bytes[$0]) } ?? hexadecimal
    }

    private static func requestID(_ fields: FieldTable) -> String? {
        guard let range = fields.first(.xRequestID), (1...128).contains(range.count) else { return nil }
        let isSane = fields.bytes[range].allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: ":"):
                true
            default: false
            }
        }
        return isSane ? fields.text(range) : nil
    }
}
