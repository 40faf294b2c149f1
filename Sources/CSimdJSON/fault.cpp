// SPDX-License-Identifier: Apache-2.0

#include "fault.hpp"

namespace sluice {

namespace {

/// The length of the well-formed UTF-8 sequence at `at` (RFC 3629: no overlong forms, no surrogates), or 0.
size_t sequence_length(const uint8_t *at, size_t room) {
    const uint8_t lead = at[0];
    if (lead < 0x80) return 1;
    const size_t length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length == 0 || length > room) return 0;
    for (size_t index = 1; index < length; index++) {
        if ((at[index] & 0xc0) != 0x80) return 0;
    }
    const bool overlong = (lead == 0xe0 && at[1] < 0xa0) || (lead == 0xf0 && at[1] < 0x90);
    const bool beyond = (lead == 0xed && at[1] > 0x9f) || (lead == 0xf4 && at[1] > 0x8f);
    return overlong || beyond ? 0 : length;
}

}  // namespace

size_t first_invalid_utf8(const uint8_t *bytes, size_t length) {
    size_t at = 0;
    while (at < length) {
        const size_t step = sequence_length(bytes + at, length - at);
        if (step == 0) return at;
        at += step;
    }
    return length;
}

Fault string_fault(const uint8_t *bytes, size_t length) {
    bool inside = false;
    size_t opened = 0;
    for (size_t at = 0; at < length; at++) {
        if (bytes[at] == '"') {
            inside = !inside;
            opened = at;
        } else if (inside && bytes[at] == '\\') {
            at++;
        } else if (inside && bytes[at] < 0x20) {
            return {"a control character inside a string must be escaped", at};
        }
    }
    return {"a string is never closed", opened};
}

}  // namespace sluice
