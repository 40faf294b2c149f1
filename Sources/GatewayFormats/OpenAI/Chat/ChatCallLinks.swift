// SPDX-License-Identifier: Apache-2.0

/// Links results to calls by identifier, in the form that the target takes. A call without an identifier gets one by its
/// place in the conversation, so that it has the same in every turn; a result without one goes to the oldest unanswered
/// call of its tool.
struct ChatCallLinks {
    private var map: CallIDMap
    private var open: [(id: JSONString, name: JSONString)] = []
    private var made = 0

    init(_ form: TargetRules.CallIDForm) { map = CallIDMap(form) }

    mutating func id(of call: ToolCall) -> JSONString {
        let id = call.id ?? make()
        open.append((id, call.name))
        return map(id)
    }

    mutating func id(for result: ToolResult) -> JSONString {
        let index = open.firstIndex { link in
            if let id = result.callID { link.id == id } else { result.name.map { $0 == link.name } ?? true }
        }
        guard let index else { return map(result.callID ?? make()) }
        return map(open.remove(at: index).id)
    }

    private mutating func make() -> JSONString {
        made += 1
        return JSONString("call_sluice_\(made)")
    }
}
