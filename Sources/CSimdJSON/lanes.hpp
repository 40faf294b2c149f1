// SPDX-License-Identifier: Apache-2.0

// Sixteen bytes at once: as many as every processor of today takes, whatever it was compiled for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sluice {

using Lanes = uint8_t __attribute__((vector_size(16)));

constexpr ptrdiff_t lane_count = sizeof(Lanes);

inline Lanes load_lanes(const uint8_t *at) {
    Lanes lanes;
    memcpy(&lanes, at, sizeof lanes);
    return lanes;
}

/// One bit for each lane that holds all ones rather than zero, the lowest for the first.
inline uint64_t lane_mask(Lanes truths) {
    using Truths = bool __attribute__((ext_vector_type(16)));
    const Truths bits = __builtin_convertvector(truths, Truths);
    uint16_t mask;
    memcpy(&mask, &bits, sizeof mask);
    return mask;
}

/// One bit for each of the 64 bytes at `at` that is `byte`, the lowest for the first.
inline uint64_t mask_of_64(const uint8_t *at, uint8_t byte) {
    uint64_t mask = 0;
    for (int part = 0; part < 4; part++) {
        mask |= lane_mask((Lanes)(load_lanes(at + part * lane_count) == byte)) << part * lane_count;
    }
    return mask;
}

/// A byte in each of eight.
constexpr uint64_t every(uint8_t byte) { return byte * 0x0101010101010101ULL; }

/// The eight bytes at `at`, the first in the lowest bits.
inline uint64_t load_eight(const uint8_t *at) {
    uint64_t eight;
    memcpy(&eight, at, sizeof eight);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    eight = __builtin_bswap64(eight);
#endif
    return eight;
}

}  // namespace sluice
