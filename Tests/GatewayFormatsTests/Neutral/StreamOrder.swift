// SPDX-License-Identifier: Apache-2.0

import GatewayFormats

/// The order that `AnswerEvent` promises.
enum StreamOrder {
    /// What is wrong with the order of `events`, if anything: they are those of a stream that is over.
    static func fault(in events: [AnswerEvent]) -> String? {
        var state = State()
        for event in events {
            if let fault = state.take(event) { return fault }
        }
        return state.isOver ? nil : "neither ended nor failed"
    }

    private struct State {
        var hasBegun = false
        var isOver = false
        var hasFailed = false
        var open: [AnswerEvent.Place: AnswerEvent.Opening] = [:]
        var partCounts: [Int: Int] = [:]
        var stopped: Set<Int> = []

        mutating func take(_ event: AnswerEvent) -> String? {
            if isOver { return "an event after the end" }
            switch event {
            case .idle: return nil
            case .failed: isOver = true
            case .began:
                if hasBegun { return "began twice" }
                hasBegun = true
            case _ where !hasBegun: return "an event before the beginning"
            case .opened(let place, let opening): return take(place, opening)
            case .grew(let place, let growth): return take(place, growth)
            case .closed(let place): if open.removeValue(forKey: place) == nil { return "closed what is not open" }
            case .stopped(let choice, _):
                if open.keys.contains(where: { $0.choice == choice }) { return "stopped with an open part" }
                if !stopped.insert(choice).inserted { return "stopped twice" }
            case .used: break
            case .ended:
                if !open.isEmpty { return "ended with an open part" }
                if !Set(partCounts.keys).isSubset(of: stopped) { return "ended without a reason to stop" }
                isOver = true
            }
            return nil
        }

        private mutating func take(_ place: AnswerEvent.Place, _ opening: AnswerEvent.Opening) -> String? {
            let count = partCounts[place.choice] ?? 0
            if place.part != count { return "part \(place.part) is not the next" }
            if stopped.contains(place.choice) { return "opened after the stop" }
            partCounts[place.choice] = count + 1
            open[place] = opening
            return nil
        }

        private func take(_ place: AnswerEvent.Place, _ growth: AnswerEvent.Growth) -> String? {
            switch (open[place], growth) {
            case (nil, _): "grew what is not open"
            case (.text?, .text), (.text?, .opaque), (.text?, .seal), (.refusal?, .text), (.reasoning?, .text),
                (.reasoning?, .seal), (.reasoning?, .opaque), (.call?, .arguments), (.call?, .seal):
                nil
            default: "grew by something of another kind"
            }
        }
    }
}
