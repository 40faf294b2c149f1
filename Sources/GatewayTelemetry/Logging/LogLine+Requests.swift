// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The lines of requests. Each is dated by its end. No field holds content, a header or a secret: the types they are
/// written from cannot.
extension LogLine {
    mutating func write(_ settlement: Settlement, refusal: GatewayFailure.Code?) {
        begin(at: settlement.startedAt.later(by: settlement.latency), level: "info", message: "request")
        addNames(settlement)
        addOutcome(settlement)
        if let refusal { add("code", plain: refusal.rawValue) }
        addUsage(settlement)
        addTimes(settlement)
        end()
    }

    mutating func write(_ lookup: ModelLookup, refusal: GatewayFailure.Code?) {
        begin(at: lookup.startedAt.later(by: lookup.latency), level: "info", message: "models")
        add("request_id", lookup.requestID, limit: 128)
        add("trace_id", lookup.traceID, limit: 32)
        add("key_id", lookup.keyID, limit: 128)
        add("key_name", lookup.keyName, limit: 128)
        add("model", lookup.model, limit: 256)
        add("status", lookup.status)
        if let refusal { add("code", plain: refusal.rawValue) }
        add("latency_us", lookup.latency)
        end()
    }

    mutating func write(_ refusal: Refusal) {
        begin(at: refusal.startedAt.later(by: refusal.latency), level: "info", message: "refused")
        add("request_id", refusal.requestID, limit: 128)
        add("code", plain: refusal.code.rawValue)
        add("status", refusal.status)
        add("path", refusal.path, limit: 128)
        add("latency_us", refusal.latency)
        end()
    }

    private mutating func addNames(_ settlement: Settlement) {
        add("request_id", settlement.requestID, limit: 128)
        add("trace_id", settlement.traceID, limit: 32)
        add("key_id", settlement.keyID, limit: 128)
        add("key_name", settlement.keyName, limit: 128)
        add("endpoint", plain: settlement.endpoint.rawValue)
        add("model", settlement.modelAsked, limit: 256)
        add("provider", settlement.provider, limit: 128)
        add("served_model", settlement.modelServed, limit: 256)
    }

    private mutating func addOutcome(_ settlement: Settlement) {
        add("status", settlement.status)
        add("ended", plain: settlement.ending.rawValue)
        add("stream", settlement.streamed)
        add("attempts", settlement.attempts)
    }

    private mutating func addUsage(_ settlement: Settlement) {
        let usage = settlement.usage
        add("prompt_tokens", usage.prompt)
        add("completion_tokens", usage.completion)
        add("cached_tokens", usage.cached)
        add("cache_write_tokens", usage.cacheWrite)
        add("reasoning_tokens", usage.reasoning)
        add("usage_source", plain: settlement.usageSource.rawValue)
        switch settlement.cost {
        case .priced(let amount):
            add("cost_usd", amount)
            add("priced", true)
        case .unpriced:
            add("cost_usd", nil as NanoDollars?)
            add("priced", false)
        }
    }

    private mutating func addTimes(_ settlement: Settlement) {
        add("latency_us", settlement.latency)
        add("first_token_us", settlement.firstToken)
        add("overhead_us", settlement.overhead)
    }
}

extension Timestamp {
    fileprivate func later(by microseconds: Int64) -> Timestamp {
        let (sum, overflow) = self.microseconds.addingReportingOverflow(microseconds)
        return overflow ? self : Timestamp(microseconds: sum)
    }
}
