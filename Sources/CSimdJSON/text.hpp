// SPDX-License-Identifier: Apache-2.0

// Escapes in JSON strings.
#pragma once

#include "lanes.hpp"

namespace sluice {

inline bool is_space(uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

/// How far from `bytes` the first backslash among eight bytes is; 8 when there is none.
inline unsigned backslash_in_eight(const uint8_t *bytes) {
    const uint64_t difference = load_eight(bytes) ^ every('\\');
    // The lowest bit set is exact; those above a match may be set in error, and do not matter.
    const uint64_t match = (difference - every(0x01)) & ~difference & every(0x80);
    return match == 0 ? 8 : static_cast<unsigned>(__builtin_ctzll(match)) >> 3;
}

/// The first backslash in [begin, end), or null. Strings are mostly short, or have the next escape near: those cost no
/// call of a function that is better at long distances.
inline const uint8_t *find_backslash(const uint8_t *begin, const uint8_t *end) {
    for (int steps = 0; end - begin >= 8; steps++) {
        if (steps == 6) return static_cast<const uint8_t *>(memchr(begin, '\\', static_cast<size_t>(end - begin)));
        const unsigned distance = backslash_in_eight(begin);
        if (distance < 8) return begin + distance;
        begin += 8;
    }
    for (; begin < end; begin++) {
        if (*begin == '\\') return begin;
    }
    return nullptr;
}

/// The four hexadecimal digits at `bytes`, or -1.
inline int32_t hexadecimal(const uint8_t *bytes) {
    int32_t value = 0;
    for (int digit = 0; digit < 4; digit++) {
        const uint8_t byte = bytes[digit];
        const uint8_t lower = byte | 0x20;
        if (byte >= '0' && byte <= '9') value = value << 4 | (byte - '0');
        else if (lower >= 'a' && lower <= 'f') value = value << 4 | (lower - 'a' + 10);
        else return -1;
    }
    return value;
}

/// One escape, decoded.
struct Escape {
    uint32_t scalar;
    /// Bytes of the escape; 0 when it is malformed. A surrogate without its partner is.
    unsigned length;
};

inline Escape decode_unicode(const uint8_t *at, const uint8_t *end) {
    if (end - at < 6) return {0, 0};
    const int32_t first = hexadecimal(at + 2);
    if (first < 0 || (first >= 0xdc00 && first <= 0xdfff)) return {0, 0};
    if (first < 0xd800 || first > 0xdbff) return {static_cast<uint32_t>(first), 6};
    if (end - at < 12 || at[6] != '\\' || at[7] != 'u') return {0, 0};
    const int32_t second = hexadecimal(at + 8);
    if (second < 0xdc00 || second > 0xdfff) return {0, 0};
    return {static_cast<uint32_t>(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)), 12};
}

/// The escape whose backslash is at `at`.
inline Escape decode_escape(const uint8_t *at, const uint8_t *end) {
    if (end - at < 2) return {0, 0};
    switch (at[1]) {
        case '"': return {'"', 2};
        case '\\': return {'\\', 2};
        case '/': return {'/', 2};
        case 'b': return {'\b', 2};
        case 'f': return {'\f', 2};
        case 'n': return {'\n', 2};
        case 'r': return {'\r', 2};
        case 't': return {'\t', 2};
        case 'u': return decode_unicode(at, end);
        default: return {0, 0};
    }
}

/// Writes `scalar` as UTF-8 and returns its length.
inline unsigned encode(uint32_t scalar, uint8_t *output) {
    if (scalar < 0x80) {
        output[0] = static_cast<uint8_t>(scalar);
        return 1;
    }
    const unsigned length = scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4;
    for (unsigned index = length - 1; index > 0; index--) {
        output[index] = static_cast<uint8_t>(0x80 | (scalar & 0x3f));
        scalar >>= 6;
    }
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    output[0] = static_cast<uint8_t>(leads[length] | scalar);
    return length;
}

/// Whether the raw string [begin, end), whose escapes are valid, reads `name` once unescaped.
inline bool unescapes_to(const uint8_t *begin, const uint8_t *end, const uint8_t *name, size_t length) {
    const uint8_t *const nameEnd = name + length;
    while (begin < end) {
        uint8_t unit[4] = {*begin};
        unsigned size = 1, step = 1;
        if (*begin == '\\') {
            const Escape escape = decode_escape(begin, end);
            size = encode(escape.scalar, unit);
            step = escape.length;
        }
        if (step == 0 || static_cast<size_t>(nameEnd - name) < size || memcmp(unit, name, size) != 0) return false;
        name += size;
        begin += step;
    }
    return name == nameEnd;
}

}  // namespace sluice
