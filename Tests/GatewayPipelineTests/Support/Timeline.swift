// SPDX-License-Identifier: Apache-2.0

/// What happened in a call, in order, as its ports saw it.
final class Timeline {
    enum Moment: Equatable {
        case opened, settled, recorded
        case asked(String)
        case began, flushed, wrote, responded, ended, brokeOff
    }

    private(set) var moments: [Moment] = []

    func note(_ moment: Moment) { moments.append(moment) }

    func index(of moment: Moment) -> Int? { moments.firstIndex(of: moment) }
}
