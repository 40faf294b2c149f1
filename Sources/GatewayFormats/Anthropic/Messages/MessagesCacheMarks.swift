// SPDX-License-Identifier: Apache-2.0

/// Marks that ask to cache what comes before them.
enum MessagesCacheMarks {
    /// The most that one request may have.
    static let most = 4

    static func count(in conversation: Conversation) -> Int {
        var count = conversation.cacheMark == nil ? 0 : 1
        for tool in conversation.tools where tool.cacheMark != nil { count += 1 }
        for instruction in conversation.instructions { count += self.count(in: instruction.parts) }
        for turn in conversation.turns { count += self.count(in: turn.parts) }
        return count
    }

    private static func count(in parts: [Part]) -> Int {
        var count = 0
        for part in parts {
            if part.cacheMark != nil { count += 1 }
            if case .result(let result) = part.content { count += self.count(in: result.content) }
        }
        return count
    }
}

extension MessagesRequestWriter {
    /// Writes `cache_control`, unless there are more marks than may be: the last ones cover what the first ones do.
    mutating func write(_ mark: CacheMark?, _ extras: Extras, _ json: inout JSONWriter) {
        guard let mark, admits("cache_control", .cacheMark) else { return }
        if surplusMarks > 0 {
            surplusMarks -= 1
            return note(.dropped, .cacheMark, "a request may have \(MessagesCacheMarks.most): the last ones are kept")
        }
        note(.kept, .cacheMark)
        json.object("cache_control") { json in
            json.member("type", literal: "ephemeral")
            json.member("ttl", lifetime(of: mark))
            if extras.origin == .anthropicMessages { json.write(extras.inside("cache_control")) }
        }
    }

    private mutating func lifetime(of mark: CacheMark) -> JSONString? {
        guard let lifetime = mark.lifetime else { return nil }
        if isNative || lifetime.reads("5m") || lifetime.reads("1h") { return lifetime }
        note(.emulated, .cacheMark, "for 5 minutes: only 5m and 1h can be asked for")
        return nil
    }
}
