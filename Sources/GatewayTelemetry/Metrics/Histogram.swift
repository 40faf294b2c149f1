// SPDX-License-Identifier: Apache-2.0

/// Upper bounds of a histogram's buckets, in microseconds.
struct BucketBounds: Sendable {
    let microseconds: [Int64]

    /// From answers of a cache to streams of the longest deadline.
    static let durations = BucketBounds(
        microseconds: [
            5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
            30_000_000, 60_000_000, 120_000_000, 300_000_000, 600_000_000,
        ])

    /// What the gateway itself spends: microseconds, as long as all is well.
    static let overheads = BucketBounds(
        microseconds: [
            10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 1_000_000,
        ])
}

/// Durations by size. One lane adds, scrapes read.
final class Histogram: Sendable {
    private let bounds: BucketBounds
    /// One for each bound, and one for what exceeds them all. Each counts what lies above the bound before.
    private let buckets: [Counter]
    private let sum = Counter()

    init(_ bounds: BucketBounds) {
        self.bounds = bounds
        buckets = (0...bounds.microseconds.count).map { _ in Counter() }
    }

    /// Counts a duration; a bound belongs to its bucket.
    func observe(_ microseconds: Int64) {
        var index = 0
        while index < bounds.microseconds.count, microseconds > bounds.microseconds[index] { index += 1 }
        buckets[index].add()
        sum.add(microseconds)
    }

    var reading: HistogramReading {
        HistogramReading(bounds: bounds, buckets: buckets.map(\.value), sum: sum.value)
    }
}

/// What a histogram held at one moment. Its count is the sum of its buckets, so that a scrape in the middle of an
/// observation is still consistent in itself.
struct HistogramReading {
    let bounds: BucketBounds
    private(set) var buckets: [UInt64]
    /// In microseconds.
    private(set) var sum: UInt64

    init(bounds: BucketBounds, buckets: [UInt64], sum: UInt64) {
        self.bounds = bounds
        self.buckets = buckets
        self.sum = sum
    }

    /// Adds a histogram of the same bounds.
    mutating func add(_ other: HistogramReading) {
        for index in buckets.indices { buckets[index] &+= other.buckets[index] }
        sum &+= other.sum
    }

    /// The samples of Prometheus: buckets that include all smaller ones, the sum, the count. Durations in seconds.
    func samples(_ labels: [Label]) -> [Sample] {
        var samples: [Sample] = []
        var count: UInt64 = 0
        for (index, bucket) in buckets.enumerated() {
            count &+= bucket
            let bound = index < bounds.microseconds.count ? seconds(bounds.microseconds[index].magnitude) : "+Inf"
            samples.append(Sample(suffix: "_bucket", labels + [("le", bound)], "\(count)"))
        }
        samples.append(Sample(suffix: "_sum", labels, seconds(sum)))
        samples.append(Sample(suffix: "_count", labels, "\(count)"))
        return samples
    }

    private func seconds(_ microseconds: UInt64) -> String { decimal(microseconds, places: 6) }
}
