// SPDX-License-Identifier: Apache-2.0

extension ResponsesOutputItem {
    /// A call. One that came without an identifier gets the item's.
    static func call(_ call: ToolCall, _ id: JSONString) -> ResponsesOutputItem {
        let callID = call.id ?? JSONString(joining: ["call_", id])
        let isCustom = call.arguments.isCustom
        var item = ResponsesOutputItem(
            id, isCustom ? .customCall(id: callID, name: call.name) : .call(id: callID, name: call.name))
        item.pieces = [Piece(.arguments, call.arguments.encoded)]
        return item
    }

    /// A reasoning item that carries the seal of a call through the client: this dialect's calls have no place for one.
    static func seal(_ seal: Seal, ofCall call: JSONString, _ id: JSONString) -> ResponsesOutputItem {
        var item = ResponsesOutputItem(id, .reasoning)
        item.sealed = seal.wrapped(call: call)
        return item
    }
}

extension Seal {
    /// What stands in `encrypted_content` of the reasoning item `item`: OpenAI's own as it is, if the item has the
    /// identifier that goes with it; any other wrapped.
    func sealed(for item: JSONString) -> JSONString {
        issuer == .openAI && (id == nil || id == item) ? value : wrapped()
    }
}

extension Arguments {
    /// Whether they are the text of a custom tool.
    var isCustom: Bool {
        if case .text = self { true } else { false }
    }
}
