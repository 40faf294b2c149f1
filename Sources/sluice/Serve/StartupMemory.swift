// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// Gives back the memory that only starting needed.
///
/// Loading and configuring touches most pages of the executable once: tables, metadata, code of libraries that runs at
/// start alone. They stay mapped for nothing. Dropping pages of code is free of risk: whatever is needed again is mapped
/// anew from the page cache.
enum StartupMemory {
    static func release() {
        guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return }
        for line in maps.split(separator: "\n") {
            guard let range = codeRange(line) else { continue }
            madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// The addresses of a line such as `55d0…-55d1… r-xp 0000 fd:00 123 /usr/bin/sluice`, if it maps code of a file. Other
    /// read-only pages may have been written to by the loader before they were closed, and would lose it.
    static func codeRange(_ line: Substring) -> Range<UInt>? {
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else {
            return nil
        }
        let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, bounds[0] < bounds[1] else { return nil }
        return bounds[0]..<bounds[1]
    }
}
