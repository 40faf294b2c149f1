// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayTelemetry
import Testing

@Suite("Log sink")
struct LogSinkTests {
    /// Both ends of a pipe.
    private func makePipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    /// Reads until the writing end is closed.
    private func readAll(_ descriptor: Int32) -> Data {
        var all = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return all }
            all.append(contentsOf: buffer[..<count])
        }
    }

    @Test("lines are written without a flush, within the interval")
    func writesByItself() throws {
        let pipe = try makePipe()
        let sink = LogSink(descriptor: pipe.writing)
        let lane = Telemetry(lanes: 1, version: "1", log: sink).lane(0)
        lane.observe(sampleSettlement(), route: nil)
        var buffer = [UInt8](repeating: 0, count: 4096)
        // Blocks until the writer has written; a writer that never does hangs here until the test's time limit.
        let count = read(pipe.reading, &buffer, buffer.count)
        #expect(count > 0)
        #expect(buffer[count - 1] == UInt8(ascii: "\n"))
        #expect(sink.close(milliseconds: 20_000))
        close(pipe.reading)
        close(pipe.writing)
    }

    @Test("every line of every lane arrives whole, whatever thread it is from")
    func manyLanes() async throws {
        let pipe = try makePipe()
        let sink = LogSink(descriptor: pipe.writing)
        let telemetry = Telemetry(lanes: 4, version: "1", log: sink)
        async let received = Task.detached { self.readAll(pipe.reading) }.value
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<4 {
                group.addTask {
                    let lane = telemetry.lane(index)
                    var settlement = sampleSettlement()
                    for number in 0..<2_000 {
                        settlement.requestID = "\(index)-\(number)"
                        lane.observe(settlement, route: nil)
                    }
                }
            }
        }
        #expect(sink.close(milliseconds: 20_000))
        close(pipe.writing)
        let lines = try await received.split(separator: UInt8(ascii: "\n")).map(object)
        close(pipe.reading)
        #expect(sink.droppedLines == 0)
        for index in 0..<4 {
            let ids = lines.compactMap { $0["request_id"] as? String }.filter { $0.hasPrefix("\(index)-") }
            // In the lane's own order.
            #expect(ids == (0..<2_000).map { "\(index)-\($0)" })
        }
    }

    @Test("a reader that does not read costs lines, which are counted, and never blocks the lane")
    func blockedReader() throws {
        let pipe = try makePipe()
        let sink = LogSink(descriptor: pipe.writing, queueLimit: 1 << 20)
        let telemetry = Telemetry(lanes: 1, version: "1", log: sink)
        let lane = telemetry.lane(0)
        // Much more than the pipe and the queue hold. A lane that waited for the reader would never come back.
        let count = 20_000
        for _ in 0..<count { lane.observe(sampleSettlement(), route: nil) }
        #expect(!sink.flush(milliseconds: 50))
        let dropped = sink.droppedLines
        #expect(dropped > 0)
        #expect(telemetry.render().contains("\nsluice_log_lines_dropped_total \(dropped)\n"))

        // Once somebody reads, all that was kept arrives, whole, and new lines are taken again.
        let reader = Reader(descriptor: pipe.reading)
        reader.start()
        #expect(sink.flush(milliseconds: 20_000))
        var last = sampleSettlement()
        last.requestID = "last"
        lane.observe(last, route: nil)
        #expect(sink.close(milliseconds: 20_000))
        close(pipe.writing)
        let lines = try reader.finish().split(separator: UInt8(ascii: "\n")).map(object)
        #expect(lines.count + Int(sink.droppedLines) == count + 1)
        #expect(sink.droppedLines == dropped)
        #expect(lines.last?["request_id"] as? String == "last")
        close(pipe.reading)
    }

    @Test("a reader that ends does not end the process; what is lost is counted")
    func brokenPipe() throws {
        let pipe = try makePipe()
        let sink = LogSink(descriptor: pipe.writing)
        let lane = Telemetry(lanes: 1, version: "1", log: sink).lane(0)
        close(pipe.reading)
        for _ in 0..<3 { lane.observe(sampleSettlement(), route: nil) }
        #expect(sink.close(milliseconds: 20_000))
        #expect(sink.droppedLines == 3)
        close(pipe.writing)
    }

    @Test("a full disk costs lines, which are counted")
    func fullDisk() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        let sink = LogSink(descriptor: full)
        let lane = Telemetry(lanes: 1, version: "1", log: sink).lane(0)
        for _ in 0..<5 { lane.observe(sampleSettlement(), route: nil) }
        #expect(sink.close(milliseconds: 20_000))
        #expect(sink.droppedLines == 5)
    }

    @Test("a descriptor that does not block is waited for")
    func nonBlocking() throws {
        let pipe = try makePipe()
        _ = fcntl(pipe.writing, F_SETFL, O_NONBLOCK)
        let sink = LogSink(descriptor: pipe.writing)
        let lane = Telemetry(lanes: 1, version: "1", log: sink).lane(0)
        for _ in 0..<1_000 { lane.observe(sampleSettlement(), route: nil) }
        let reader = Reader(descriptor: pipe.reading)
        reader.start()
        #expect(sink.close(milliseconds: 20_000))
        close(pipe.writing)
        #expect(try reader.finish().count { $0 == UInt8(ascii: "\n") } == 1_000)
        #expect(sink.droppedLines == 0)
        close(pipe.reading)
    }

    @Test("an idle log can be flushed and closed")
    func idle() throws {
        let log = try FileLog()
        #expect(log.sink.flush(milliseconds: 20_000))
        #expect(try log.finish().isEmpty)
    }
}

/// Reads a descriptor to its end on a thread of its own.
private final class Reader: Sendable {
    private let descriptor: Int32
    private let ended = DispatchSemaphore(value: 0)
    // Written by the reading thread before it signals `ended`, read by others only after that.
    nonisolated(unsafe) private var bytes = Data()

    init(descriptor: Int32) { self.descriptor = descriptor }

    func start() {
        Thread { self.run() }.start()
    }

    private func run() {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        ended.signal()
    }

    func finish() throws -> Data {
        try #require(ended.wait(timeout: .now() + .seconds(20)) == .success)
        return bytes
    }
}
