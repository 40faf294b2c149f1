// SPDX-License-Identifier: Apache-2.0

// The set of wanted paths, as a trie.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "include/CSimdJSON.h"
#include "text.hpp"

namespace sluice {

/// The node of everything that no path leads to.
constexpr int32_t nowhere = -1;

/// Length, first and last byte of a name: keys that differ mostly differ in these.
inline uint32_t mark(const uint8_t *begin, const uint8_t *end) {
    if (begin == end) return 0;
    return static_cast<uint32_t>(end - begin) << 16 | static_cast<uint32_t>(end[-1] << 8) | *begin;
}

struct Node {
    struct Child {
        std::string name;
        int32_t node;
        uint32_t mark;

        const uint8_t *bytes() const { return reinterpret_cast<const uint8_t *>(name.data()); }
    };

    std::vector<Child> children;
    int32_t element = nowhere;
    int32_t field = -1;
    uint8_t reading = sluice_json_unread;

    /// The node for the raw key [begin, end), or `nowhere`.
    int32_t child(const uint8_t *begin, const uint8_t *end, bool escaped) const {
        const uint32_t wanted = mark(begin, end);
        const size_t length = static_cast<size_t>(end - begin);
        for (const Child &child : children) {
            const bool matches =
                escaped ? unescapes_to(begin, end, child.bytes(), child.name.size())
                        : child.mark == wanted && child.name.size() == length && memcmp(child.bytes(), begin, length) == 0;
            if (matches) return child.node;
        }
        return nowhere;
    }
};

}  // namespace sluice

struct sluice_json_shape {
    std::vector<sluice::Node> nodes{1};
    int32_t fields = 0;
};
