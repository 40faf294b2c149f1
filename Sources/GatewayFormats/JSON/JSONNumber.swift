// SPDX-License-Identifier: Apache-2.0

/// Numbers as JSON writes them.
enum JSONNumber {
    /// The number's value if it is whole and fits. `bytes` hold a valid number.
    static func integer(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let text = String(decoding: bytes, as: UTF8.self)
        if let plain = Int64(text) { return plain }
        // Beyond 2⁵³ a double no longer tells which whole number was written.
        guard let double = Double(text), double.magnitude < 9_007_199_254_740_992 else { return nil }
        return Int64(exactly: double)
    }
}
