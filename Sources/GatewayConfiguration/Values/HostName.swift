// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Host names and addresses in one spelling only: what other software would read as a different address is refused.
enum HostName {
    /// Checks `host`, written without brackets; `isBracketed` says that it stood in some.
    static func check(_ host: Substring, isBracketed: Bool) throws(Flaw) -> String {
        let text = String(host)
        if isBracketed {
            var address = in6_addr()
            guard text.utf8.count <= 45, !text.utf8.contains(0), inet_pton(AF_INET6, text, &address) == 1 else {
                throw Flaw(
                    why: "what stands in brackets is not an IPv6 address", fix: "write it like `[::1]`, without a zone")
            }
            return text.lowercased()
        }
        guard !text.isEmpty else { throw Flaw(why: "it has no host", fix: "write a host name or an IP address") }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, labels.allSatisfy({ isLabel($0) }) else {
            throw Flaw(
                why: "its host has characters or dots that a host name cannot have",
                fix: "use letters, digits, `-` and single dots; IPv6 addresses stand in brackets")
        }
        if let last = labels.last, looksNumeric(last), !isDottedQuad(labels) {
            throw Flaw(
                why: "its host is a number that programs read differently",
                fix: "write an IPv4 address as four decimal numbers, such as `127.0.0.1`")
        }
        return text.lowercased()
    }

    /// A port number from `lowest` to 65535.
    static func port(_ text: Substring, from lowest: Int) throws(Flaw) -> Int {
        guard text.utf8.count <= 5, let port = Quantity.digits(text), (lowest...65_535).contains(port) else {
            throw Flaw(why: "its port is not a number from \(lowest) to 65535", fix: "correct the port after the colon")
        }
        return port
    }

    private static func isLabel(_ label: Substring) -> Bool {
        guard (1...63).contains(label.utf8.count), label.utf8.first != 0x2d, label.utf8.last != 0x2d else {
            return false
        }
        return label.utf8.allSatisfy { byte in
            (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x2d || byte == 0x5f
        }
    }

    private static func looksNumeric(_ label: Substring) -> Bool {
        Quantity.digits(label) != nil || label.utf8.allSatisfy { (0x30...0x39).contains($0) }
            || label.lowercased().hasPrefix("0x")
    }

    private static func isDottedQuad(_ labels: [Substring]) -> Bool {
        labels.count == 4
            && labels.allSatisfy { label in
                label.utf8.count <= 3 && UInt8(label) != nil && (label == "0" || !label.hasPrefix("0"))
            }
    }
}
