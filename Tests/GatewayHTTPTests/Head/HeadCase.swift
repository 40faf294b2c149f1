// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

/// A request head and what the gateway makes of it.
struct HeadCase: Sendable, CustomTestStringConvertible {
    /// What an accepted head says.
    struct Accepted: Sendable, Equatable {
        var method: HTTPMethod = .post
        var path = "/v1/x"
        var query: String?
        var framing: BodyFraming = .none
        var keepsAlive = true
        var isHTTP10 = false
        var expectsContinue = false

        init() {}

        init(_ head: RequestHead) {
            method = head.method
            path = String(decoding: head.target.path, as: UTF8.self)
            query = head.target.query.map { String(decoding: $0, as: UTF8.self) }
            framing = head.framing
            keepsAlive = head.keepsAlive
            isHTTP10 = head.isHTTP10
            expectsContinue = head.expectsContinue
        }
    }

    enum Verdict: Sendable, Equatable {
        case accepted(Accepted)
        /// The status to answer with.
        case refused(Int)
    }

    var name: String
    var bytes: [UInt8]
    var verdict: Verdict

    var testDescription: String { "\(name): \(Bytes.shown(bytes))" }

    /// A head whose lines are `text`, the empty line included by us.
    static func accepted(_ name: String, _ text: String, _ change: (inout Accepted) -> Void = { _ in }) -> HeadCase {
        var accepted = Accepted()
        change(&accepted)
        return HeadCase(name: name, bytes: Bytes.lines(text + "\n\n"), verdict: .accepted(accepted))
    }

    static func refused(_ status: Int, _ name: String, _ text: String) -> HeadCase {
        HeadCase(name: name, bytes: Bytes.lines(text + "\n\n"), verdict: .refused(status))
    }

    static func refused(_ status: Int, _ name: String, bytes: [UInt8]) -> HeadCase {
        HeadCase(name: name, bytes: bytes, verdict: .refused(status))
    }

    /// A head with one Host field and `fields`, of a POST.
    static func refusedFields(_ status: Int, _ name: String, _ fields: String) -> HeadCase {
        refused(status, name, "POST /v1/x HTTP/1.1\nHost: gw\n\(fields)")
    }

    static func acceptedFields(
        _ name: String, _ fields: String, _ change: (inout Accepted) -> Void = { _ in }
    ) -> HeadCase {
        accepted(name, "POST /v1/x HTTP/1.1\nHost: gw\n\(fields)", change)
    }
}
