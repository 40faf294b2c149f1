// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Remembers which prompts were seen, so that answers can report cached tokens as the providers do.
///
/// What counts as seen is a run of whole leading segments (tools, system text, messages) of at least 1,024 tokens.
final class PromptCache: Sendable {
    /// Prompts shorter than this are not cached by any provider.
    static let shortest = 1024
    /// OpenAI counts cached tokens in steps.
    static let step = 128
    private static let capacity = 100_000

    private let seen = Mutex<Set<UInt64>>([])

    /// Cached tokens of a provider that caches by itself. `scope` keeps models and credentials apart.
    func automatic(_ segments: [Segment], scope: UInt64) -> Int {
        let prefixes = Self.prefixes(of: segments, scope: scope)
        let known = lookUp(prefixes.map(\.fingerprint))
        let hit = prefixes.last { known.contains($0.fingerprint) }
        remember(prefixes)
        return (hit?.tokens ?? 0) / Self.step * Self.step
    }

    /// Counts for a provider that caches what the client marks: read up to the longest marked prefix that was seen,
    /// written from there to the last mark.
    func marked(_ segments: [Segment], scope: UInt64) -> (read: Int, write: Int, writeHour: Int) {
        let prefixes = Self.prefixes(of: segments, scope: scope).filter { $0.mark != nil }
        guard let last = prefixes.last else { return (0, 0, 0) }
        let known = lookUp(prefixes.map(\.fingerprint))
        let read = prefixes.last { known.contains($0.fingerprint) }?.tokens ?? 0
        remember(prefixes)
        let write = last.tokens - read
        return (read, write, last.mark == .hour ? write : 0)
    }

    /// Forgets everything.
    func clear() { seen.withLock { $0.removeAll() } }

    private struct Prefix {
        var fingerprint: UInt64
        var tokens: Int
        var mark: Segment.CacheMark?
    }

    /// The prefixes that end with a segment and are long enough to be cached.
    private static func prefixes(of segments: [Segment], scope: UInt64) -> [Prefix] {
        var fingerprint = Fingerprint(seed: scope)
        var bytes = 0
        var prefixes: [Prefix] = []
        for segment in segments {
            fingerprint.combine(segment.fingerprint)
            bytes += segment.bytes
            let tokens = Tokens.count(bytes: bytes)
            guard tokens >= shortest else { continue }
            prefixes.append(Prefix(fingerprint: fingerprint.value, tokens: tokens, mark: segment.mark))
        }
        return prefixes
    }

    private func lookUp(_ fingerprints: [UInt64]) -> Set<UInt64> {
        if fingerprints.isEmpty { return [] }
        return seen.withLock { seen in Set(fingerprints.filter(seen.contains)) }
    }

    private func remember(_ prefixes: [Prefix]) {
        if prefixes.isEmpty { return }
        seen.withLock { seen in
            if seen.count > Self.capacity { seen.removeAll() }
            for prefix in prefixes { seen.insert(prefix.fingerprint) }
        }
    }
}
