// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
package import GatewayHTTP

/// The life of a request, in order. This file holds the order and nothing else; each stage is a file in `Stages/`, takes
/// what the one before gives, and calls no other.
package struct Pipeline {
    private let lane: LaneContext
    private let identify: Identify
    private let decode: Decode
    private let authorize = Authorize()
    private let plan = Plan()
    private let admit: Admit
    private let attempt: Attempt
    private let relay: Relay
    private let settle: Settle
    private let finish = Finish()
    private let listModels: ListModels
    private let refuse: Refuse

    package init(_ lane: LaneContext) {
        self.lane = lane
        identify = Identify(lane: lane)
        decode = Decode(lane: lane)
        admit = Admit(lane: lane)
        attempt = Attempt(lane: lane)
        relay = Relay(lane: lane)
        settle = Settle(lane: lane)
        listModels = ListModels(lane: lane)
        refuse = Refuse(lane: lane)
    }

    /// Serves one request. When it returns, the client has its answer or has left, and the call has its row.
    package func run(_ head: RequestHead, _ client: any Client) async {
        let arrival = Arrival(head, lane)
        do throws(GatewayFailure) {
            // Pins the configuration and names the request.
            let received = try arrival.receive()
            // Before the body: a stranger's bytes are not waited for.
            let identified = try identify(received)
            switch received.route {
            case .models(let slug, let name): listModels(identified, slug: slug, name: name, client)
            case .call(let endpoint), .mount(_, let endpoint, _): await serve(identified, endpoint, client)
            }
        } catch {
            refuse.stranger(arrival, error, client)
        }
    }

    private func serve(_ identified: Identified, _ endpoint: Endpoint, _ client: any Client) async {
        var known: Decoded?
        do throws(Departure) {
            let decoded = try await decode(identified, endpoint, client)
            known = decoded
            let admitted: Admitted
            do throws(GatewayFailure) {
                // Before the plan: a refusal does not tell whether a model exists.
                try authorize(decoded)
                // Before the reservation: what is reserved depends on the prices of the targets.
                let planned = try plan(decoded)
                admitted = try admit(planned)
            } catch { throw .refused(error) }
            let asked = await attempt(admitted, client)
            let relayed = await relay(asked, admitted, client)
            // Before the last bytes: whoever has the whole answer finds its row.
            let settlement = settle(relayed)
            finish(relayed, settlement, client)
            // After them: the log line and the counters need not keep the client waiting.
            lane.observer.observe(settlement, route: relayed.admitted.planned.routeName)
        } catch {
            settle.refused(identified, known, endpoint, error)
            refuse.caller(identified, error, client)
        }
    }
}
