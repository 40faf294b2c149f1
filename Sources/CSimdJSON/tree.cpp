// SPDX-License-Identifier: Apache-2.0

#include "tree.hpp"

#include "text.hpp"

namespace sluice {

namespace {

constexpr size_t largest_kept_nodes = 64 << 10;

/// Where the string, number or literal that starts at `start` ends. `following` is the next offset of the index.
uint32_t scalar_end(const IndexedDocument &document, uint32_t start, size_t following) {
    const uint8_t *const bytes = document.bytes;
    size_t end = following;
    while (end > start + 1 && is_space(bytes[end - 1])) end--;
    return static_cast<uint32_t>(end);
}

uint8_t scalar_kind(const uint8_t *begin, const uint8_t *end) {
    switch (*begin) {
        case '"': return sluice_json_string;
        case 't': case 'f': return sluice_json_bool;
        case 'n': return sluice_json_null;
        default:
            for (const uint8_t *at = begin; at < end; at++) {
                if (*at == '.' || *at == 'e' || *at == 'E') return sluice_json_number;
            }
            return sluice_json_integer;
    }
}

}  // namespace

void list(const IndexedDocument &document, std::vector<sluice_json_node> &nodes) {
    // What only a large document needed is not kept.
    if (nodes.capacity() > largest_kept_nodes) std::vector<sluice_json_node>().swap(nodes);
    nodes.clear();
    // Valid documents are not nested deeper.
    uint32_t open[sluice_json_maximum_depth + 1];
    size_t depth = 0;
    for (size_t at = 0; at < document.count; at++) {
        const uint32_t start = document.offsets[at];
        switch (document.bytes[start]) {
            case ',': case ':': break;
            case '{': case '[': {
                const uint8_t kind = document.bytes[start] == '{' ? sluice_json_object : sluice_json_array;
                open[depth++] = static_cast<uint32_t>(nodes.size());
                nodes.push_back({start, 0, 0, kind});
                break;
            }
            case '}': case ']': {
                sluice_json_node &node = nodes[open[--depth]];
                node.end = start + 1;
                node.next = static_cast<uint32_t>(nodes.size());
                break;
            }
            default: {
                const size_t following = at + 1 < document.count ? document.offsets[at + 1] : document.length;
                const uint32_t end = scalar_end(document, start, following);
                const uint8_t kind = scalar_kind(document.bytes + start, document.bytes + end);
                nodes.push_back({start, end, static_cast<uint32_t>(nodes.size()) + 1, kind});
            }
        }
    }
}

}  // namespace sluice
