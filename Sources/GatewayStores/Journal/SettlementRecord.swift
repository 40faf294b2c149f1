// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The payload of a settlement as it lies in memory: texts are borrowed, so that a row goes from the journal into the
/// database without a copy of them.
///
/// `opening 8 · row 16 · numbers 11×8 · status, attempts 2×4 · flags, endpoint, source, ending 4×1 · texts`
struct SettlementRecord {
    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let priced = Flags(rawValue: 1)
        static let firstToken = Flags(rawValue: 1 << 1)
        static let streamed = Flags(rawValue: 1 << 2)
        static let provider = Flags(rawValue: 1 << 3)
        static let modelServed = Flags(rawValue: 1 << 4)
    }

    /// The opening that this closes; nil for a call that was refused before it had one.
    let opening: RecordPlace?
    let row: RowID
    let startedAt: Timestamp
    let usage: Usage
    let cost: Cost
    let latency: Int64
    let firstToken: Int64?
    let overhead: Int64
    let status: Int
    let attempts: Int
    let streamed: Bool
    let endpoint: Endpoint
    let usageSource: UsageSource
    let ending: Ending
    let requestID: BorrowedText
    let traceID: BorrowedText
    let keyID: BorrowedText
    let keyName: BorrowedText
    let modelAsked: BorrowedText
    let provider: BorrowedText?
    let modelServed: BorrowedText?

    /// Writes `settlement` as the row `row`, closing the opening at `opening`.
    static func write(
        _ settlement: Settlement, row: RowID, opening: RecordPlace?, to payload: inout PayloadWriter
    ) {
        payload.put(opening?.word ?? 0)
        payload.put(row)
        payload.put(settlement.startedAt.microseconds)
        put(settlement.usage, to: &payload)
        var flags: Flags = []
        if case .priced(let cost) = settlement.cost {
            flags.insert(.priced)
            payload.put(cost.amount)
        } else {
            payload.put(Int64(0))
        }
        payload.put(settlement.latency)
        payload.put(settlement.firstToken ?? 0)
        payload.put(settlement.overhead)
        payload.put(Int32(clamping: settlement.status))
        payload.put(Int32(clamping: settlement.attempts))
        if settlement.firstToken != nil { flags.insert(.firstToken) }
        if settlement.streamed { flags.insert(.streamed) }
        if settlement.provider != nil { flags.insert(.provider) }
        if settlement.modelServed != nil { flags.insert(.modelServed) }
        payload.put(flags.rawValue)
        payload.put(settlement.endpoint.journalCode)
        payload.put(settlement.usageSource.journalCode)
        payload.put(settlement.ending.journalCode)
        put(textsOf: settlement, to: &payload)
        payload.align()
    }

    private static func put(_ usage: Usage, to payload: inout PayloadWriter) {
        payload.put(usage.prompt)
        payload.put(usage.completion)
        payload.put(usage.cached)
        payload.put(usage.cacheWrite)
        payload.put(usage.cacheWriteHour)
        payload.put(usage.reasoning)
    }

    private static func put(textsOf settlement: Settlement, to payload: inout PayloadWriter) {
        payload.put(settlement.requestID)
        payload.put(settlement.traceID)
        payload.put(settlement.keyID)
        payload.put(settlement.keyName)
        payload.put(settlement.modelAsked)
        payload.put(settlement.provider ?? "")
        payload.put(settlement.modelServed ?? "")
    }

    init(_ bytes: UnsafeRawBufferPointer) throws(MalformedPayload) {
        var payload = PayloadReader(bytes)
        opening = RecordPlace(word: try payload.take())
        row = try payload.takeRow()
        startedAt = Timestamp(microseconds: try payload.take())
        usage = Usage(
            prompt: try payload.take(), completion: try payload.take(), cached: try payload.take(),
            cacheWrite: try payload.take(), cacheWriteHour: try payload.take(), reasoning: try payload.take())
        let amount = NanoDollars(try payload.take())
        latency = try payload.take()
        let firstToken = try payload.take(Int64.self)
        overhead = try payload.take()
        status = Int(try payload.take(Int32.self))
        attempts = Int(try payload.take(Int32.self))
        let flags = Flags(rawValue: try payload.take())
        cost = flags.contains(.priced) ? .priced(amount) : .unpriced
        self.firstToken = flags.contains(.firstToken) ? firstToken : nil
        streamed = flags.contains(.streamed)
        endpoint = try Endpoint.journalled(payload.take())
        usageSource = try UsageSource.journalled(payload.take())
        ending = try Ending.journalled(payload.take())
        requestID = try payload.takeText()
        traceID = try payload.takeText()
        keyID = try payload.takeText()
        keyName = try payload.takeText()
        modelAsked = try payload.takeText()
        let provider = try payload.takeText()
        self.provider = flags.contains(.provider) ? provider : nil
        let modelServed = try payload.takeText()
        self.modelServed = flags.contains(.modelServed) ? modelServed : nil
    }

    /// The same with texts of its own.
    var settlement: Settlement {
        Settlement(
            row: row, requestID: requestID.string, traceID: traceID.string, startedAt: startedAt, keyID: keyID.string,
            keyName: keyName.string, endpoint: endpoint, modelAsked: modelAsked.string, provider: provider?.string,
            modelServed: modelServed?.string, usage: usage, usageSource: usageSource, cost: cost, latency: latency,
            firstToken: firstToken, overhead: overhead, status: status, attempts: attempts, streamed: streamed,
            ending: ending)
    }

    /// Lends a settlement that is in no journal in the form of one that is.
    static func withRecord<R>(of settlement: Settlement, _ body: (SettlementRecord) throws -> R) throws -> R {
        try withUnsafeTemporaryAllocation(byteCount: SegmentLayout.recordLimit, alignment: 8) { memory in
            guard let base = memory.baseAddress else { throw MalformedPayload() }
            var payload = PayloadWriter(base)
            write(settlement, row: settlement.row, opening: nil, to: &payload)
            return try body(
                SettlementRecord(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<payload.length])))
        }
    }
}
