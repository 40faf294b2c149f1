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

struct Node {
    struct Child {
        std::string name;
        int32_t node;
    };

    std::vector<Child> children;
    int32_t element = nowhere;
    int32_t field = -1;

    /// The node for the raw key [begin, end), or `nowhere`.
    int32_t child(const uint8_t *begin, const uint8_t *end, bool escaped) const {
        const size_t length = static_cast<size_t>(end - begin);
        for (const Child &child : children) {
            const auto name = reinterpret_cast<const uint8_t *>(child.name.data());
            const size_t size = child.name.size();
            if (escaped ? unescapes_to(begin, end, name, size) : size == length && memcmp(name, begin, size) == 0) {
                return child.node;
            }
        }
        return nowhere;
    }
};

}  // namespace sluice

struct sluice_json_shape {
    std::vector<sluice::Node> nodes{1};
    int32_t fields = 0;
};
