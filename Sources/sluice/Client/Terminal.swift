// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayAdmin

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The terminal, or the pipe, that a command writes to.
enum Terminal {
    /// How wide the terminal is; nil where output goes to a file or a pipe, which must get everything.
    static var width: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes a line to standard output as it is: JSON and keys, for programs.
    static func print(raw line: String) throws(AdminFailure) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
        } catch {
            throw AdminFailure("standard output cannot be written to")
        }
    }

    static func print(_ table: TextTable) throws(AdminFailure) {
        try print(raw: table.lines(width: width).joined(separator: "\n"))
    }

    /// Writes a line to standard error, safe to show. Where that cannot be written either, there is nobody to tell.
    static func complain(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data((TerminalText.safe(line) + "\n").utf8))
    }
}
