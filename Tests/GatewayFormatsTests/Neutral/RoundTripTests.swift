// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayFormats
import Testing

/// Whatever a conversation holds comes back from a trip through any other dialect, but for what the reports name.
@Suite struct RoundTripTests {
    /// Conversations for each pair. `SLUICE_ROUND_TRIPS=10000` is what releases are held to.
    static let count =
        ProcessInfo.processInfo.environment["SLUICE_ROUND_TRIPS"].flatMap { Int($0) } ?? 400

    @Test("What a dialect writes, it reads as it was, but for what its report names", arguments: RoundTripFormat.all)
    func homeTrip(_ format: RoundTripFormat) throws {
        // As if it came in another dialect, so that nothing goes without saying.
        let origin: Format = format.type.format == .openAIChat ? .anthropicMessages : .openAIChat
        var generator = ConversationGenerator(seed: 1, origin: origin)
        var refused = 0
        for number in 0..<Self.count {
            var trip = RoundTrip(generator.next())
            do {
                try trip.pass(through: format, format.generous)
            } catch is FormatFault {
                refused += 1
                continue
            }
            guard trip.finds(nothingLostIn: "conversation \(number)") else { return }
        }
        #expect(refused < Self.count / 4)
    }

    @Test("There and back, all is as it was, but for what the reports name", arguments: RoundTripPair.all)
    func trip(_ pair: RoundTripPair) throws {
        var generator = ConversationGenerator(seed: 2, origin: pair.origin.type.format)
        let rules = [pair.other.generous] + pair.other.strict
        var refused = 0
        for number in 0..<Self.count {
            do {
                // What the dialect can say of it is what comes in.
                var home = RoundTrip(generator.next())
                try home.pass(through: pair.origin, pair.origin.generous)
                var trip = RoundTrip(home.now)
                try trip.pass(through: pair.other, rules[number % rules.count])
                try trip.pass(through: pair.origin, pair.origin.generous)
                guard trip.finds(nothingLostIn: "conversation \(number)") else { return }
            } catch is FormatFault {
                // To refuse is to lose nothing in silence: several answers at once, where only one can be had.
                refused += 1
            }
        }
        #expect(refused < Self.count / 4)
    }

    @Test("Of what every dialect has, nothing is lost at all", arguments: RoundTripPair.all)
    func commonTrip(_ pair: RoundTripPair) throws {
        var generator = ConversationGenerator(seed: 3, origin: pair.origin.type.format, features: .common)
        for number in 0..<Self.count / 10 {
            var trip = RoundTrip(generator.next())
            for format in [pair.origin, pair.other, pair.origin] { try trip.pass(through: format, format.generous) }
            #expect(trip.dropped.subtracting([.maxOutputTokens, .toolStrictness, .parallelCalls, .toolChoice]) == [])
            guard trip.finds(nothingLostIn: "conversation \(number)") else { return }
        }
    }
}
