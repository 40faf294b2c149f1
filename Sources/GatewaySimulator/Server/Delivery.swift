// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore

/// A piece of an answer as it goes to the socket, and what the client has got with it.
struct Chunk: Sendable {
    var bytes: ByteBuffer
    var content = 0
    var reasoning = 0
    var reported: TokenCounts?
}

/// Counts what has been delivered.
struct Meter: Sendable {
    private let cost: TokenCounts
    private var content = 0
    private var reasoning = 0
    private(set) var reported: TokenCounts?
    private(set) var chunks = 0

    init(cost: TokenCounts) { self.cost = cost }

    /// The meter once `chunks` are delivered too.
    func counting(_ chunks: [Chunk]) -> Meter {
        var meter = self
        for chunk in chunks {
            meter.content += chunk.content
            meter.reasoning += chunk.reasoning
            meter.reported = chunk.reported ?? meter.reported
            meter.chunks += 1
        }
        return meter
    }

    /// The prompt, and as much of the completion as was delivered; all of it once the end was.
    func billed(isWhole: Bool) -> TokenCounts {
        if isWhole { return cost }
        var billed = cost
        billed.reasoning = min(reasoning, cost.reasoning)
        billed.completion = min(cost.completion, billed.reasoning + Tokens.count(bytes: content))
        return billed
    }
}

/// Sends an answer piece by piece, misbehaves where the directives say so, and closes the journal entry whatever happens.
struct Delivery: Sendable {
    /// A directive broke the answer off.
    private struct Broken: Error {
        var kind: Directives.Break.Kind
    }

    /// As many chunks go out in one write where nothing asks for a pause between them: most of what a chunk costs is the
    /// way through the server, and readers must not mind how events are cut into packets.
    private static let batch = 16

    let connection: Connection
    let directives: Directives
    let journal: Journal
    let sequence: Int
    var closing: JournalEntry.Closing
    let cost: TokenCounts
    /// An answer that is not streamed was made before its first byte: it is billed whole.
    let isStreamed: Bool
    /// The dialect's word for a failure after so many chunks.
    let failure: @Sendable (Int) -> Event

    /// The response body that sends `chunks`; its length is announced where it is given.
    func body(_ chunks: [Chunk], length: Int?) -> ResponseBody {
        ResponseBody(contentLength: length) { writer in
            var meter = Meter(cost: cost)
            do {
                try await send(chunks, &meter, &writer)
                try await writer.finish(nil)
            } catch let broken as Broken {
                close(meter, .fault(broken.kind.rawValue))
                // An in-band error ends the stream in good order; everything else drops the connection.
                guard broken.kind == .error else { throw broken }
                try await writer.write(ByteBuffer(string: failure(meter.chunks).text))
                try await writer.finish(nil)
            } catch {
                close(meter, .clientGone)
                throw error
            }
        }
    }

    @concurrent
    private func send(
        _ chunks: [Chunk], _ meter: inout Meter, _ writer: inout any ResponseBodyWriter
    ) async throws {
        var waiting: [Chunk] = []
        for (index, chunk) in chunks.enumerated() {
            if breaks(at: index) {
                try await flush(&waiting, &meter, &writer)
                try await misbehave(at: index, &writer)
            }
            if index > 0, directives.delay > 0 { try await connection.pause(milliseconds: directives.delay) }
            waiting.append(chunk)
            let isLast = index == chunks.count - 1
            // Whoever has read the whole answer finds it complete in the journal: so this comes before the last bytes.
            if isLast, !breaks(at: chunks.count) { close(meter.counting(waiting), .complete) }
            if isLast || directives.delay > 0 || waiting.count == Self.batch {
                try await flush(&waiting, &meter, &writer)
            }
        }
        guard breaks(at: chunks.count) else { return }
        try await misbehave(at: chunks.count, &writer)
        close(meter, .complete)
    }

    @concurrent
    private func flush(
        _ waiting: inout [Chunk], _ meter: inout Meter, _ writer: inout any ResponseBodyWriter
    ) async throws {
        if waiting.isEmpty { return }
        guard connection.isOpen else { throw ClientGone() }
        var bytes = waiting[0].bytes
        for chunk in waiting.dropFirst() { bytes.writeImmutableBuffer(chunk.bytes) }
        try await writer.write(bytes)
        meter = meter.counting(waiting)
        waiting.removeAll(keepingCapacity: true)
    }

    private func breaks(at index: Int) -> Bool { directives.breaks.contains { $0.after == index } }

    @concurrent
    private func misbehave(at index: Int, _ writer: inout any ResponseBodyWriter) async throws {
        for fault in directives.breaks where fault.after == index {
            switch fault.kind {
            case .cut: throw Broken(kind: .cut)
            case .error: throw Broken(kind: .error)
            case .garbage: try await writer.write(Self.garbage(isStreamed: isStreamed))
            case .stall:
                try? await connection.waitUntilGone()
                throw Broken(kind: .stall)
            }
        }
    }

    /// Not JSON, and in a stream not even an event.
    private static func garbage(isStreamed: Bool) -> ByteBuffer {
        ByteBuffer(string: isStreamed ? "data: {\"id\":\"broken\",\"choices\":[{\u{7}\n\n" : "}{\u{7}")
    }

    private func close(_ meter: Meter, _ ending: Ending) {
        var closing = closing
        closing.billed = meter.billed(isWhole: !isStreamed || ending == .complete)
        closing.reported = meter.reported
        closing.chunks = meter.chunks
        closing.ending = ending
        journal.close(sequence, closing)
    }
}
