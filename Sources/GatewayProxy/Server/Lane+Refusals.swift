// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import GatewayPipeline
import NIOCore

extension Lane {
    /// Writes down that bytes were refused that are no request.
    func noteRefusal(_ code: GatewayFailure.Code, status: Int) {
        context.observer.observeRefusal(
            Refusal(requestID: "", code: code, status: status, path: nil, startedAt: clock.wallClock, latency: 0))
    }

    /// The answer to bytes that are no request, written down. Nobody can say which dialect the sender speaks, so it is
    /// told in OpenAI's.
    func refuse(_ failure: GatewayFailure, status: Int) -> (head: ResponseHead, body: ByteBuffer) {
        noteRefusal(failure.code, status: status)
        var head = ResponseHead(status: status)
        head.add("content-type", "application/json")
        return (head, ByteBuffer(bytes: ErrorFormat.body(failure, dialect: .openAI, requestID: "")))
    }
}

extension GatewayFailure {
    /// What the sender of bytes that are not valid HTTP is told.
    init(_ fault: HTTPFault) {
        let code: Code =
            switch fault.status {
            case 408: .requestTimeout
            case 413: .bodyTooLarge
            case 431: .headersTooLarge
            default: .malformedRequest
            }
        self.init(code, "The request is not valid HTTP: \(fault.reason).")
    }
}
