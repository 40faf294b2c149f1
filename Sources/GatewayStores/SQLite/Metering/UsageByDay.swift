// SPDX-License-Identifier: Apache-2.0

import GRDB
import GatewayDomain

/// Sums of the rows that one transaction adds, by day, key, model and provider, on their way into `usage_by_day`.
struct UsageByDay {
    private struct Bucket: Hashable {
        let day: Day
        let keyID: ByteText
        let keyName: ByteText
        let model: ByteText
        let provider: ByteText

        init(_ record: SettlementRecord) {
            day = Day(of: record.startedAt)
            keyID = ByteText(string: record.keyID.string)
            keyName = ByteText(string: record.keyName.string)
            model = ByteText(string: record.modelAsked.string)
            provider = ByteText(string: record.provider?.string ?? "")
        }

        func holds(_ record: SettlementRecord) -> Bool {
            guard day == Day(of: record.startedAt), keyID == record.keyID, model == record.modelAsked,
                keyName == record.keyName
            else { return false }
            guard let provider = record.provider else { return self.provider.string.isEmpty }
            return self.provider == provider
        }
    }

    private var sums: [(bucket: Bucket, counts: UsageCounts)] = []
    private var places: [Bucket: Int] = [:]
    /// The sum used last: calls of one client come in runs.
    private var last = 0

    mutating func add(_ record: SettlementRecord) {
        if last >= sums.count || !sums[last].bucket.holds(record) { last = place(of: Bucket(record)) }
        sums[last].counts += UsageCounts(record)
    }

    private mutating func place(of bucket: Bucket) -> Int {
        if let place = places[bucket] { return place }
        places[bucket] = sums.count
        sums.append((bucket, .zero))
        return sums.count - 1
    }

    /// Adds the sums to those in the database.
    func save(to database: Database) throws {
        guard !sums.isEmpty else { return }
        let present = try SQLStatement(database, Self.selection)
        let update = try SQLStatement(database, Self.replacement)
        for (bucket, added) in sums {
            var counts = added
            Self.bind(bucket, to: present)
            if try present.step() { counts += UsageCounts(present, from: 0) }
            present.reset()
            Self.bind(bucket, to: update)
            for (index, value) in counts.values.enumerated() { update.bind(value, at: Int32(6 + index)) }
            try update.run()
        }
    }

    private static let columnList = UsageCounts.columns.joined(separator: ", ")

    private static let selection = """
        SELECT \(columnList) FROM usage_by_day
        WHERE day = ? AND key_id = ? AND key_name = ? AND model = ? AND provider = ?
        """

    private static let replacement = """
        REPLACE INTO usage_by_day (day, key_id, key_name, model, provider, \(columnList))
        VALUES (?, ?, ?, ?, ?, \(UsageCounts.columns.map { _ in "?" }.joined(separator: ", ")))
        """

    private static func bind(_ bucket: Bucket, to statement: SQLStatement) {
        statement.bind(bucket.day.number, at: 1)
        statement.bind(bucket.keyID.string, at: 2)
        statement.bind(bucket.keyName.string, at: 3)
        statement.bind(bucket.model.string, at: 4)
        statement.bind(bucket.provider.string, at: 5)
    }
}
