// SPDX-License-Identifier: Apache-2.0

extension MessagesRequestWriter {
    mutating func writeSettings(_ json: inout JSONWriter) {
        if target.purpose == .answer {
            writeSampling(&json)
            writeLabels(&json)
        } else {
            noteUncounted()
        }
        noteUnknownSampling()
        write(conversation.cacheMark, conversation.extras, &json)
    }

    // MARK: Sampling

    private mutating func writeSampling(_ json: inout JSONWriter) {
        let sampling = conversation.sampling
        writeTemperature(sampling.temperature, &json)
        if let topP = sampling.topP, admits("top_p", .topP) {
            if !isNative, sampling.temperature != nil {
                note(.dropped, .topP, "several models refuse it beside a temperature")
            } else if !isNative, thinking.isOn, Self.value(topP) < 0.95 {
                note(.dropped, .topP, "a model that thinks takes 0.95 to 1")
            } else {
                write("top_p", .topP, topP, &json)
            }
        }
        if let topK = sampling.topK, admits("top_k", .topK) {
            if !isNative, thinking.isOn {
                note(.dropped, .topK, "a model that thinks does not take it")
            } else {
                write("top_k", .topK, topK, &json)
            }
        }
        writeStops(sampling.stop, &json)
    }

    private mutating func writeTemperature(_ temperature: JSONFragment?, _ json: inout JSONWriter) {
        guard let temperature, admits("temperature", .temperature) else { return }
        if isNative { return write("temperature", .temperature, temperature, &json) }
        let value = Self.value(temperature)
        if thinking.isOn, value != 1 {
            note(.dropped, .temperature, "a model that thinks takes 1 alone")
        } else if value > 1 {
            json.member("temperature", 1)
            note(.emulated, .temperature, "as 1, the highest there is")
        } else {
            write("temperature", .temperature, temperature, &json)
        }
    }

    private static func value(_ number: JSONFragment) -> Double { Double(number.text) ?? 0 }

    private mutating func write(
        _ name: StaticString, _ field: NeutralField, _ value: JSONFragment, _ json: inout JSONWriter
    ) {
        json.member(name, value)
        note(.kept, field)
    }

    private mutating func writeStops(_ stops: [JSONString], _ json: inout JSONWriter) {
        let sent = isNative ? stops : stops.filter { !$0.isBlank }
        if sent.count < stops.count { note(.dropped, .stop, "stop strings of white space alone are refused") }
        guard !sent.isEmpty, admits("stop_sequences", .stop) else { return }
        note(.kept, .stop)
        json.array("stop_sequences") { json in for stop in sent { json.value(stop) } }
    }

    private mutating func noteUnknownSampling() {
        let sampling = conversation.sampling
        let unknown: [(NeutralField, Bool)] = [
            (.seed, sampling.seed != nil), (.presencePenalty, sampling.presencePenalty != nil),
            (.frequencyPenalty, sampling.frequencyPenalty != nil), (.logprobs, sampling.logprobs == true),
            (.topLogprobs, sampling.topLogprobs != nil), (.logitBias, sampling.logitBias != nil),
        ]
        for (field, isThere) in unknown where isThere { note(.dropped, field, "the Messages API has no such setting") }
    }

    /// What a request to count tokens says that has no bearing on the count.
    private mutating func noteUncounted() {
        let sampling = conversation.sampling
        let uncounted: [(NeutralField, Bool)] = [
            (.maxOutputTokens, conversation.maxOutputTokens != nil), (.temperature, sampling.temperature != nil),
            (.topP, sampling.topP != nil), (.topK, sampling.topK != nil), (.stop, !sampling.stop.isEmpty),
            (.endUser, conversation.endUser != nil), (.metadata, conversation.metadata != nil),
            (.serviceTier, conversation.serviceTier != nil),
        ]
        for (field, isThere) in uncounted where isThere { note(.dropped, field, "it has no bearing on the count") }
    }

    // MARK: Labels

    private mutating func writeLabels(_ json: inout JSONWriter) {
        if conversation.metadata != nil { note(.dropped, .metadata, "metadata holds the end user alone") }
        let hasExtras = isNative && !conversation.extras.inside("metadata").isEmpty
        if conversation.endUser != nil || hasExtras, admits("metadata", .endUser) {
            if conversation.endUser != nil { note(.kept, .endUser) }
            json.object("metadata") { json in
                json.member("user_id", conversation.endUser)
                if isNative { json.write(conversation.extras.inside("metadata")) }
            }
        }
        guard let tier = conversation.serviceTier, admits("service_tier", .serviceTier) else { return }
        writeTier(tier, &json)
    }

    private mutating func writeTier(_ tier: JSONString, _ json: inout JSONWriter) {
        if isNative || tier.reads("auto") {
            json.member("service_tier", tier)
            note(.kept, .serviceTier)
        } else if tier.reads("default") || tier.reads("standard") {
            json.member("service_tier", literal: "standard_only")
            note(.moved, .serviceTier, "as standard_only")
        } else {
            note(.dropped, .serviceTier, "the Messages API has auto and standard_only")
        }
    }
}
