// SPDX-License-Identifier: Apache-2.0

/// Numbers as JSON writes them.
enum JSONNumber {
    /// The number's value if it is whole and fits. `bytes` hold a valid number.
    static func integer(_ bytes: ArraySlice<UInt8>) -> Int64? {
        if let plain = Int64(String(decoding: bytes, as: UTF8.self)) { return plain }
        guard let double = Double(String(decoding: bytes, as: UTF8.self)), double == double.rounded(),
            abs(double) < 9_007_199_254_740_992
        else { return nil }
        return Int64(double)
    }
}
