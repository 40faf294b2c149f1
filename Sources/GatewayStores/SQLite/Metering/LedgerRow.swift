// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// A row of the `ledger` table: the order of its columns, for writing and for reading.
enum LedgerRow {
    private static let columns = [
        "row", "started_at", "request_id", "trace_id", "key_id", "key_name", "endpoint", "model_asked", "provider",
        "model_served", "prompt_tokens", "completion_tokens", "cached_tokens", "cache_write_tokens",
        "cache_write_hour_tokens", "reasoning_tokens", "usage_source", "cost_nanodollars", "latency_us",
        "first_token_us", "overhead_us", "status", "attempts", "streamed", "ending",
    ]

    static let columnList = columns.joined(separator: ", ")

    static let insertion = """
        INSERT INTO ledger (\(columnList)) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        ON CONFLICT (row) DO NOTHING
        """

    static func bind(_ record: SettlementRecord, to statement: SQLStatement) {
        statement.bind(bytes(of: record.row), at: 1)
        statement.bind(record.startedAt.microseconds, at: 2)
        statement.bind(borrowing: record.requestID, at: 3)
        statement.bind(borrowing: record.traceID, at: 4)
        statement.bind(borrowing: record.keyID, at: 5)
        statement.bind(borrowing: record.keyName, at: 6)
        statement.bind(record.endpoint.rawValue, at: 7)
        statement.bind(borrowing: record.modelAsked, at: 8)
        statement.bind(borrowing: record.provider, at: 9)
        statement.bind(borrowing: record.modelServed, at: 10)
        statement.bind(record.usage.prompt, at: 11)
        statement.bind(record.usage.completion, at: 12)
        statement.bind(record.usage.cached, at: 13)
        statement.bind(record.usage.cacheWrite, at: 14)
        statement.bind(record.usage.cacheWriteHour, at: 15)
        statement.bind(record.usage.reasoning, at: 16)
        statement.bind(record.usageSource.rawValue, at: 17)
        statement.bind(record.cost.amount, at: 18)
        statement.bind(record.latency, at: 19)
        statement.bind(record.firstToken, at: 20)
        statement.bind(record.overhead, at: 21)
        statement.bind(Int64(record.status), at: 22)
        statement.bind(Int64(record.attempts), at: 23)
        statement.bind(record.streamed, at: 24)
        statement.bind(record.ending.rawValue, at: 25)
    }

    static func read(_ statement: SQLStatement) throws -> Settlement {
        guard let row = row(statement.blob(0)), let endpoint = Endpoint(rawValue: statement.text(6)),
            let source = UsageSource(rawValue: statement.text(16)), let ending = Ending(rawValue: statement.text(24))
        else {
            throw StoreError(
                .failed,
                "the ledger holds a row of a kind that this version of the gateway does not know. Run a newer one.")
        }
        let usage = Usage(
            prompt: statement.int(10), completion: statement.int(11), cached: statement.int(12),
            cacheWrite: statement.int(13), cacheWriteHour: statement.int(14), reasoning: statement.int(15))
        return Settlement(
            row: row, requestID: statement.text(2), traceID: statement.text(3),
            startedAt: Timestamp(microseconds: statement.int(1)), keyID: statement.text(4),
            keyName: statement.text(5), endpoint: endpoint, modelAsked: statement.text(7),
            provider: statement.optionalText(8), modelServed: statement.optionalText(9), usage: usage,
            usageSource: source, cost: Cost(amount: statement.optionalInt(17)), latency: statement.int(18),
            firstToken: statement.optionalInt(19), overhead: statement.int(20), status: Int(statement.int(21)),
            attempts: Int(statement.int(22)), streamed: statement.bool(23), ending: ending)
    }

    /// Big-endian, so that SQLite orders rows as `RowID` does.
    private static func bytes(of row: RowID) -> [UInt8] {
        withUnsafeBytes(of: (row.high.bigEndian, row.low.bigEndian)) { Array($0) }
    }

    private static func row(_ bytes: UnsafeRawBufferPointer) -> RowID? {
        guard bytes.count == 16 else { return nil }
        return RowID(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}

extension Cost {
    /// The amount as a column holds it: NULL when unpriced.
    var amount: Int64? {
        switch self {
        case .priced(let cost): cost.amount
        case .unpriced: nil
        }
    }

    init(amount: Int64?) {
        self = amount.map { .priced(NanoDollars($0)) } ?? .unpriced
    }
}
