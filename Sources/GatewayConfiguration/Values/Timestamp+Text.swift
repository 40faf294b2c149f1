// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

extension Timestamp {
    /// Reads an RFC 3339 time: `2027-01-31T00:00:00Z`, `2027-01-31T09:30:00.5+02:00`.
    static func parse(_ text: String) throws(Flaw) -> Timestamp {
        guard let time = Timestamp(rfc3339: text) else {
            throw Flaw(
                why: "which is not a date and time with its zone",
                fix: "write it as in `2027-01-31T00:00:00Z` or `2027-01-31T00:00:00+02:00`")
        }
        return time
    }
}
