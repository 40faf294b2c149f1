// SPDX-License-Identifier: Apache-2.0

/// Something of a lane that has deadlines. A timer for each would cost every request an insertion and a removal in a
/// heap; instead the lane looks over all of them ten times a second, which is exact enough for deadlines of seconds.
protocol Watched: AnyObject {
    /// Its place in the lane's list; owned by the list.
    var watchIndex: Int { get set }
    /// Acts on deadlines that have passed by `now`, in nanoseconds on the lane's clock.
    func check(now: UInt64)
}

/// The watched things of one lane, in no order, with removal in constant time.
struct WatchList<Element: Watched> {
    private(set) var elements: [Element] = []

    mutating func insert(_ element: Element) {
        element.watchIndex = elements.count
        elements.append(element)
    }

    mutating func remove(_ element: Element) {
        let index = element.watchIndex
        guard index >= 0, index < elements.count, elements[index] === element else { return }
        element.watchIndex = -1
        let last = elements.removeLast()
        if last !== element {
            elements[index] = last
            last.watchIndex = index
        }
    }
}

extension UInt64 {
    /// This moment plus a number of milliseconds, both on the lane's clock.
    func adding(milliseconds: Int) -> UInt64 { self &+ UInt64(clamping: milliseconds) &* 1_000_000 }
}
