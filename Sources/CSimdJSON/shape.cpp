// SPDX-License-Identifier: Apache-2.0

#include "shape.hpp"

#include <algorithm>

using sluice::Node;

sluice_json_shape *sluice_json_shape_create(void) { return new sluice_json_shape(); }

void sluice_json_shape_destroy(sluice_json_shape *shape) { delete shape; }

int32_t sluice_json_shape_child(sluice_json_shape *shape, int32_t parent, const uint8_t *name, size_t length) {
    const auto made = static_cast<int32_t>(shape->nodes.size());
    Node &node = shape->nodes[static_cast<size_t>(parent)];
    if (name == nullptr) {
        if (node.element != sluice::nowhere) return node.element;
        node.element = made;
    } else {
        const int32_t known = node.child(name, name + length, false);
        if (known != sluice::nowhere) return known;
        const std::string text(reinterpret_cast<const char *>(name), length);
        node.children.push_back({text, made, sluice::mark(name, name + length)});
    }
    shape->nodes.emplace_back();
    return made;
}

bool sluice_json_shape_note(sluice_json_shape *shape, int32_t node, int32_t field) {
    Node &noted = shape->nodes[static_cast<size_t>(node)];
    if (noted.field >= 0 || field < 0 || field >= sluice_json_maximum_fields) return false;
    noted.field = field;
    shape->fields = std::max(shape->fields, field + 1);
    return true;
}

void sluice_json_shape_read(sluice_json_shape *shape, int32_t node, uint8_t reading) {
    shape->nodes[static_cast<size_t>(node)].reading = reading;
}
