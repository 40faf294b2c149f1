// SPDX-License-Identifier: Apache-2.0

/// The simulator's counting rule: one token for each four bytes of UTF-8, the last one begun counting whole.
enum Tokens {
    static let bytesEach = 4

    /// What a picture, file or recording in a prompt counts as.
    static let perAttachment = 85

    static func count(bytes: Int) -> Int { (bytes + bytesEach - 1) / bytesEach }
}

/// Tokens of one call. The prompt includes what was read from and written to the cache; the completion includes reasoning.
struct TokenCounts: Sendable, Equatable {
    var prompt = 0
    var completion = 0
    var cached = 0
    var cacheWrite = 0
    /// Of `cacheWrite`, those written to live for an hour.
    var cacheWriteHour = 0
    /// Of `completion`, those spent on reasoning.
    var reasoning = 0
}
