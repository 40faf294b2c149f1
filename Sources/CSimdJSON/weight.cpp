// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "prompt.hpp"

namespace sluice {

namespace {

/// The next eight bytes, or as many as there are, and zeros.
uint64_t load_up_to_eight(const uint8_t *at, const uint8_t *end) {
    if (end - at >= 8) return load_eight(at);
    uint64_t bytes = 0;
    for (unsigned index = 0; at + index < end; index++) bytes |= uint64_t{at[index]} << 8 * index;
    return bytes;
}

using Pair = uint64_t __attribute__((vector_size(16)));

int64_t sum(Lanes counts) {
    const Pair pair = (Pair)counts;
    constexpr uint64_t even = 0x00ff00ff00ff00ffULL;
    const uint64_t sums = (pair[0] & even) + (pair[0] >> 8 & even) + (pair[1] & even) + (pair[1] >> 8 & even);
    return static_cast<int64_t>(sums * 0x0001000100010001ULL >> 48);
}

/// Capitals, digits and punctuation, which lie from '!' to '`'. Classes of bytes are tests: of sixteen, which gives all
/// ones for those that are of the class, and of eight, which gives their highest bits.
struct Dense {
    static Lanes test(Lanes lanes) {
        // Moved to the lowest numbers with a sign, the range takes one comparison.
        using Signed = int8_t __attribute__((vector_size(16)));
        constexpr int8_t last = -128 + ('`' - '!');
        return (Lanes)((Signed)(lanes + uint8_t{128 - '!'}) <= last);
    }
    static uint64_t test(uint64_t eight) {
        const uint64_t low = eight & every(0x7f);
        return (low + every(128 - '!')) & ~(low + every(127 - '`')) & ~eight;
    }
};

/// The bytes that characters of three and four bytes begin with: their three highest bits are set.
struct Wide {
    static Lanes test(Lanes lanes) { return (Lanes)(lanes >= uint8_t{0xe0}); }
    static uint64_t test(uint64_t eight) { return eight & eight << 1 & eight << 2; }
};

/// How many bytes of [at, end) are of the class; adds the bits of all of them to `seen`.
template <typename Class>
int64_t count(const uint8_t *at, const uint8_t *end, uint64_t &seen) {
    // A lane of eight bits counts so many steps.
    constexpr ptrdiff_t most_steps = 255;
    int64_t count = 0;
    Lanes all = {};
    while (end - at >= lane_count) {
        const uint8_t *const stop = at + std::min((end - at) / lane_count, most_steps) * lane_count;
        Lanes counts[4] = {};
        for (; stop - at >= 4 * lane_count; at += 4 * lane_count) {
            for (int part = 0; part < 4; part++) {
                const Lanes lanes = load_lanes(at + part * lane_count);
                all |= lanes;
                counts[part] -= Class::test(lanes);
            }
        }
        for (; at < stop; at += lane_count) {
            all |= load_lanes(at);
            counts[0] -= Class::test(load_lanes(at));
        }
        count += sum((counts[0] + counts[1]) + (counts[2] + counts[3]));
    }
    for (; at < end; at += 8) {
        const uint64_t eight = load_up_to_eight(at, end);
        seen |= eight;
        count += static_cast<int64_t>((Class::test(eight) >> 7 & every(1)) * every(1) >> 56);
    }
    const Pair bits = (Pair)all;
    seen |= bits[0] | bits[1];
    return count;
}

}  // namespace

int64_t weight(const uint8_t *begin, const uint8_t *end) {
    uint64_t seen = 0;
    int64_t weight = (end - begin) + count<Dense>(begin, end, seen);
    if (seen & every(0x80)) weight += count<Wide>(begin, end, seen);
    return weight;
}

int64_t weight_beyond(const Escape &escape, const uint8_t *at) {
    int64_t weight = 0;
    for (const uint8_t *const end = at + escape.length; at < end; at += 6) {
        // Of the digits, small letters weigh one and the others two; so do backslash and u.
        uint32_t digits;
        memcpy(&digits, at + 2, sizeof digits);
        const uint32_t small = (digits & digits << 1) >> 6 & 0x01010101;
        weight += 2 + 1 + 8 - (small * 0x01010101 >> 24);
    }
    if (escape.scalar < 0x80) return weight - (escape.scalar >= '!' && escape.scalar <= '`' ? 2 : 1);
    return weight - (escape.scalar < 0x800 ? 2 : escape.scalar < 0x10000 ? 4 : 5);
}

}  // namespace sluice
