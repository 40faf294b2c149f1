// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("Request heads")
struct RequestHeadTests {
    @Test("a well-formed head is accepted as what it says", arguments: HeadCase.served)
    func accepts(_ sample: HeadCase) {
        #expect(verdict(on: sample.bytes) == sample.verdict)
    }

    @Test("a head that could be read in two ways is refused with its status", arguments: HeadCase.distrusted)
    func refuses(_ sample: HeadCase) {
        #expect(verdict(on: sample.bytes) == sample.verdict)
    }

    @Test("the corpus has at least 120 heads")
    func corpus() {
        #expect(HeadCase.served.count + HeadCase.distrusted.count >= 120)
    }

    @Test("a fault quotes none of the client's bytes", arguments: HeadCase.distrusted)
    func faultsQuoteNothing(_ sample: HeadCase) {
        guard case .failure(let fault) = RequestHead.parse(sample.bytes) else { return }
        for canary in ["evil", "gw", "frag", "script", "99999"] { #expect(!fault.reason.contains(canary)) }
    }

    @Test("limits are the caller's")
    func limits() {
        let head = Bytes.lines("GET / HTTP/1.1\nHost: gw\nX-A: 1\n\n")
        #expect(throws: Never.self) {
            try RequestHead.parse(head, limits: HeadLimits(bytes: head.count, fields: 2)).get()
        }
        #expect(throws: HTTPFault(431, "the request head is too large")) {
            try RequestHead.parse(head, limits: HeadLimits(bytes: head.count - 1, fields: 2)).get()
        }
        #expect(throws: HTTPFault(431, "there are too many header fields")) {
            try RequestHead.parse(head, limits: HeadLimits(bytes: head.count, fields: 1)).get()
        }
    }

    private func verdict(on bytes: [UInt8]) -> HeadCase.Verdict {
        switch RequestHead.parse(bytes) {
        case .success(let head): .accepted(HeadCase.Accepted(head))
        case .failure(let fault): .refused(fault.status)
        }
    }
}
