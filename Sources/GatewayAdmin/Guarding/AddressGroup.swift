// SPDX-License-Identifier: Apache-2.0

/// What failed authentications are counted by: an IPv4 address, or an IPv6 /64, which is what one subscriber gets.
package enum AddressGroup {
    /// Reads an address as the socket library writes it.
    package static func of(_ address: String) -> String {
        guard address.contains(":") else { return address }
        if address.hasPrefix("::ffff:"), address.contains(".") { return String(address.dropFirst(7)) }
        let withoutZone = address.prefix { $0 != "%" }
        let halves = withoutZone.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
            .map { $0.split(separator: ":") }
        let left = halves.first ?? []
        let right = halves.count > 1 ? halves[1] : []
        let zeros = Array(repeating: Substring("0"), count: max(0, 8 - left.count - right.count))
        return (left + zeros + right).prefix(4).joined(separator: ":") + "::/64"
    }
}
