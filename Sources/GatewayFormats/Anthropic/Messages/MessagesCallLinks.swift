// SPDX-License-Identifier: Apache-2.0

/// Links results to calls by identifier, which this dialect insists on: a call without one gets one, and a result
/// without one goes to the oldest unanswered call of its tool.
struct MessagesCallLinks {
    private var open: [(id: JSONString, name: JSONString)] = []
    private var made = 0

    mutating func id(of call: ToolCall) -> JSONString {
        let id = call.id ?? make()
        open.append((id, call.name))
        return id
    }

    mutating func id(for result: ToolResult) -> JSONString {
        let index = open.firstIndex { link in
            if let id = result.callID { link.id == id } else { result.name.map { $0 == link.name } ?? true }
        }
        guard let index else { return result.callID ?? make() }
        return open.remove(at: index).id
    }

    private mutating func make() -> JSONString {
        made += 1
        return JSONString("toolu_sluice_\(made)")
    }
}
