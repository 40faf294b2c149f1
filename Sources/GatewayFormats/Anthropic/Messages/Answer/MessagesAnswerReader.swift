// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Reads whole answers.
enum MessagesAnswerReader {
    static func answer(_ body: JSONValue) throws(FormatFault) -> Answer {
        var members = try ObjectReader(body)
        guard let content = members.value("content") else {
            throw FormatFault("content", "is missing: this is no answer of the Messages API")
        }
        var parts = try FormatFault.within("content") { () throws(FormatFault) in
            try MessagesBlockReader.parts(content)
        }
        guard let stop = try MessagesStop.read(&members) else {
            throw FormatFault("stop_reason", "is missing: the answer is not whole")
        }
        if let refusal = MessagesStop.refusal(in: stop, body["stop_details"]) { parts.append(refusal) }
        let choice = Answer.Choice(
            parts, MessagesOutputTool.undo(stop, hasCalls: parts.contains(where: \.isCall)),
            extras: Extras(.anthropicMessages))
        var extras = Extras(.anthropicMessages)
        let (usage, tier) = try usage(members.object("usage"), &extras)
        let (id, model) = (try members.string("id") ?? "", try members.string("model") ?? "")
        _ = (members.value("type"), members.value("role"))
        members.keepRest(in: &extras)
        extras.removeNulls()
        return Answer(id: id, model: model, choices: [choice], usage: usage, serviceTier: tier, extras: extras)
    }

    private static func usage(
        _ value: JSONValue?, _ extras: inout Extras
    ) throws(FormatFault) -> (Usage?, tier: JSONString?) {
        guard let value else { return (nil, nil) }
        var usage = MessagesUsage()
        usage.merge(value)
        var members = try ObjectReader(value)
        let tier = try members.string("service_tier")
        MessagesUsage.take(from: &members)
        members.keepRest(in: &extras, under: "usage.")
        return (usage.usage, tier)
    }
}
