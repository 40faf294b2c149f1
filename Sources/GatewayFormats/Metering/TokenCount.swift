// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// One count of a usage object.
enum TokenCount: Equatable {
    /// Absent or null.
    case missing
    case tokens(Int64)
    case unbelievable

    init(_ field: JSONField) {
        switch field.kind {
        case .absent, .null: self = .missing
        case .integer, .number:
            if let count = field.integer, (0...Usage.ceiling).contains(count) {
                self = .tokens(count)
            } else {
                self = .unbelievable
            }
        case .bool, .string, .object, .array: self = .unbelievable
        }
    }

    init(_ value: JSONValue?) {
        guard let value, !value.isNull else {
            self = .missing
            return
        }
        if let count = value.integer, (0...Usage.ceiling).contains(count) {
            self = .tokens(count)
        } else {
            self = .unbelievable
        }
    }

    /// The count, where nothing told is nothing used.
    var orZero: Int64 {
        if case .tokens(let count) = self { count } else { 0 }
    }

    /// This count, or where it was not told `other`.
    func or(_ other: TokenCount) -> TokenCount { self == .missing ? other : self }
}
