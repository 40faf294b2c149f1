// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Signs thinking blocks, so that a block which comes back changed is noticed, as the real provider notices it.
enum ThinkingSignature {
    static func of(_ thinking: String) -> String {
        let mark = "simulator/" + Fingerprint.of(thinking, seed: 0x7369_676e).hexadecimal
        return Data(mark.utf8).base64EncodedString()
    }
}
