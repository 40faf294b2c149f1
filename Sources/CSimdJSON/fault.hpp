// SPDX-License-Identifier: Apache-2.0

// Finds where a document is wrong that the indexer refused: it says what, not where. Only refused documents pay this.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice {

struct Fault {
    const char *what;
    size_t offset;
};

/// The offset of the first byte that is not UTF-8, or `length`.
size_t first_invalid_utf8(const uint8_t *bytes, size_t length);

/// The first control character inside a string, or the string that is never closed.
Fault string_fault(const uint8_t *bytes, size_t length);

}  // namespace sluice
