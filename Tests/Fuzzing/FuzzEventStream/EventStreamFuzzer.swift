// SPDX-License-Identifier: Apache-2.0

import FuzzDriver
import GatewayFormats

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
func lookAtInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard input.count > 2 else { return 0 }
    let bytes = Array(input[2...])
    let whole = EventStreamFuzzer.events(bytes, [0..<bytes.count], drops: false)
    let drops = input[0] & 1 == 0
    let split = EventStreamFuzzer.events(bytes, pieces(of: bytes.count, seed: input[1]), drops: drops)
    require(whole == split, "cut differently, read differently: \(whole) and \(split)")
    return 0
}

/// Reads an event stream whole, and in pieces with what was read dropped in between. Both must give the same events, the
/// one it ends in included, and the events' places must cover the stream without a gap.
enum EventStreamFuzzer {
    struct Event: Equatable {
        var name: [UInt8]?
        var data: [UInt8]
        var lines: Int
    }

    static func events(_ bytes: [UInt8], _ pieces: [Range<Int>], drops: Bool) -> [Event] {
        var scanner = EventStreamScanner()
        var events: [Event] = []
        var held: [UInt8] = []
        for piece in pieces {
            held.append(contentsOf: bytes[piece])
            var end = scanner.scannedOffset
            held.withUnsafeBytes { buffer in
                while let event = scanner.next(in: buffer) {
                    require(event.range.lowerBound == end, "a gap between events")
                    require(event.range.upperBound == scanner.scannedOffset, "an event that ends elsewhere")
                    require(event.range.upperBound <= buffer.count, "an event beyond the bytes")
                    end = event.range.upperBound
                    events.append(
                        Event(
                            name: event.name.map { Array(buffer[$0]) }, data: event.joinedData(in: buffer),
                            lines: event.dataLineCount))
                }
            }
            if drops {
                held.removeFirst(scanner.scannedOffset)
                scanner.consumed(scanner.scannedOffset)
            }
        }
        held.withUnsafeBytes { buffer in
            guard let (event, _) = scanner.unended(in: buffer) else { return }
            require(event.range.upperBound == buffer.count, "a last event that is not all that is left")
            events.append(
                Event(
                    name: event.name.map { Array(buffer[$0]) }, data: event.joinedData(in: buffer),
                    lines: event.dataLineCount))
        }
        return events
    }
}
