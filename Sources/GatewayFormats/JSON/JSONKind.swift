// SPDX-License-Identifier: Apache-2.0

/// What a JSON value is. `integer` is a number written without fraction and exponent. The raw values are the scanner's.
package enum JSONKind: UInt8, Sendable {
    case absent
    case null
    case bool
    case integer
    case number
    case string
    case object
    case array
}
