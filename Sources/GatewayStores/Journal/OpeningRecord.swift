// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The payload of an opening, or of one that has moved here from an older segment.
///
/// `moved from 8 · row 16 · time, prompt, reserved 3×8 · prices 10×8 · flags 2 · endpoint 1 · streamed 1 · texts`
enum OpeningRecord {
    private struct Flags: OptionSet {
        let rawValue: UInt16
        static let priced = Flags(rawValue: 1)
        static let reserved = Flags(rawValue: 1 << 1)
        static let cachedInput = Flags(rawValue: 1 << 2)
        static let cacheWrite = Flags(rawValue: 1 << 3)
        static let cacheWriteHour = Flags(rawValue: 1 << 4)
        static let longContext = Flags(rawValue: 1 << 5)
        static let longCachedInput = Flags(rawValue: 1 << 6)
        static let longCacheWrite = Flags(rawValue: 1 << 7)
    }

    static func write(_ opening: Opening, to payload: inout PayloadWriter) {
        payload.put(UInt64(0))
        payload.put(opening.row)
        payload.put(opening.startedAt.microseconds)
        payload.put(opening.estimatedPrompt)
        payload.put(opening.reserved?.amount ?? 0)
        var flags = put(opening.prices, to: &payload)
        if opening.reserved != nil { flags.insert(.reserved) }
        payload.put(flags.rawValue)
        payload.put(opening.endpoint.journalCode)
        payload.put(UInt8(opening.streamed ? 1 : 0))
        payload.put(opening.requestID)
        payload.put(opening.traceID)
        payload.put(opening.keyID)
        payload.put(opening.keyName)
        payload.put(opening.modelAsked)
        payload.put(opening.provider)
        payload.put(opening.modelServed)
        payload.align()
    }

    private static func put(_ prices: TokenPrices?, to payload: inout PayloadWriter) -> Flags {
        var flags: Flags = prices == nil ? [] : .priced
        func put(_ price: Int64?, _ flag: Flags? = nil) {
            payload.put(price ?? 0)
            if let flag, price != nil { flags.insert(flag) }
        }
        put(prices?.input)
        put(prices?.output)
        put(prices?.cachedInput, .cachedInput)
        put(prices?.cacheWrite, .cacheWrite)
        put(prices?.cacheWriteHour, .cacheWriteHour)
        put(prices?.longContext?.above, .longContext)
        put(prices?.longContext?.input)
        put(prices?.longContext?.output)
        put(prices?.longContext?.cachedInput, .longCachedInput)
        put(prices?.longContext?.cacheWrite, .longCacheWrite)
        return flags
    }

    /// Where the opening stood before it moved, and the row of its call: all that following a live journal needs.
    static func readHead(_ bytes: UnsafeRawBufferPointer) throws(MalformedPayload) -> (from: RecordPlace?, row: RowID) {
        var payload = PayloadReader(bytes)
        let from = RecordPlace(word: try payload.take())
        return (from, try payload.takeRow())
    }

    static func read(_ bytes: UnsafeRawBufferPointer) throws(MalformedPayload) -> Opening {
        var payload = PayloadReader(bytes)
        _ = try payload.take(UInt64.self)
        let row = try payload.takeRow()
        let startedAt = Timestamp(microseconds: try payload.take())
        let prompt = try payload.take(Int64.self)
        let reserved = NanoDollars(try payload.take())
        var words: [Int64] = []
        for _ in 0..<10 { words.append(try payload.take()) }
        let flags = Flags(rawValue: try payload.take())
        let endpoint = try Endpoint.journalled(payload.take())
        let streamed = try payload.take(UInt8.self) != 0
        return Opening(
            row: row, requestID: try payload.takeText().string, traceID: try payload.takeText().string,
            startedAt: startedAt, keyID: try payload.takeText().string, keyName: try payload.takeText().string,
            endpoint: endpoint, modelAsked: try payload.takeText().string, provider: try payload.takeText().string,
            modelServed: try payload.takeText().string, streamed: streamed, estimatedPrompt: prompt,
            prices: prices(words, flags), reserved: flags.contains(.reserved) ? reserved : nil)
    }

    private static func prices(_ words: [Int64], _ flags: Flags) -> TokenPrices? {
        guard flags.contains(.priced) else { return nil }
        func word(_ index: Int, _ flag: Flags) -> Int64? { flags.contains(flag) ? words[index] : nil }
        let long = word(5, .longContext).map { above in
            TokenPrices.LongContext(
                above: above, input: words[6], output: words[7], cachedInput: word(8, .longCachedInput),
                cacheWrite: word(9, .longCacheWrite))
        }
        return TokenPrices(
            input: words[0], output: words[1], cachedInput: word(2, .cachedInput), cacheWrite: word(3, .cacheWrite),
            cacheWriteHour: word(4, .cacheWriteHour), longContext: long)
    }
}
