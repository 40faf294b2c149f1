// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A system call that failed, and on which file.
struct SystemError: Error, Equatable, CustomStringConvertible {
    let call: String
    let path: String
    let code: Int32

    /// Takes the code from `errno`: make it right after the call.
    init(_ call: String, _ path: String, code: Int32 = errno) {
        self.call = call
        self.path = path
        self.code = code
    }

    var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
    var isMissing: Bool { code == ENOENT }

    var description: String { "\(path): \(String(cString: strerror(code))) (\(call))" }

    /// The same for whoever operates the gateway.
    func storeError(doing task: String) -> StoreError {
        if isDiskFull {
            return StoreError(.diskFull, "cannot \(task): \(self). Free some space on that disk.")
        }
        return StoreError(
            .notWritable, "cannot \(task): \(self). Give the gateway's user write access there, or choose another path."
        )
    }
}
