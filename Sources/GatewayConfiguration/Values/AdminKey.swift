// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// How hard an admin key is to guess. Whoever guesses it holds every caller's key and reads the whole ledger, and the
/// throttle of failed attempts counts per address, of which an attacker may have many.
enum AdminKey {
    /// Even in hexadecimal, which spends the most characters, this many random ones are 128 bits.
    private static let shortest = 32
    /// Of 32 random hexadecimal digits about 14 differ, and fewer than 8 in one of 28 million keys. One character held
    /// down, or a short word again and again, stay below.
    private static let fewestDifferent = 8

    /// Reports what makes `key` unfit. A key that can be guessed is only warned of where no other machine can try.
    static func check(_ key: Placed<String>, at path: String, isExposed: Bool, _ reading: Reading) {
        if key.value.hasPrefix(VirtualKey.clearPrefix) {
            reading.report(
                key.place, "`\(path)` has the form of a caller's key (`\(VirtualKey.clearPrefix)…`)",
                "it would sooner or later be given to a caller, or is one's already", advice)
        } else if let weakness = weakness(of: key.value) {
            if isExposed {
                reading.report(
                    key.place, "`\(path)` is too weak for an address that other machines reach", weakness, advice)
            } else {
                reading.warn(key.place, "`\(path)` is weak", weakness, advice)
            }
        }
    }

    /// Why `key` can be guessed; nil when it cannot.
    private static func weakness(of key: String) -> String? {
        if key.utf8.count < shortest {
            return "it has \(key.utf8.count) characters, and fewer than \(shortest) can be guessed"
        }
        if Set(key.utf8).count < fewestDifferent { return "it repeats a few characters, which can be guessed" }
        return nil
    }

    private static let advice = "make another with `openssl rand -hex 32`"
}
