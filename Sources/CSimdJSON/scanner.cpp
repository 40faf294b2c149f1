// SPDX-License-Identifier: Apache-2.0

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <vector>

#include "fault.hpp"
#include "tree.hpp"
#include "walk.hpp"

namespace {

/// Index memory kept between scans: enough for ordinary requests. What a larger document needs is given back at once.
constexpr size_t smallest_capacity = 4 << 10;
constexpr size_t largest_kept_capacity = 1 << 20;

size_t capacity_for(size_t length) {
    size_t capacity = smallest_capacity;
    while (capacity < length && capacity < largest_kept_capacity) capacity <<= 1;
    return capacity < length ? length : capacity;
}

sluice_json_outcome refusal(const char *what, size_t offset) { return {what, offset, 0, 0, sluice_json_absent}; }

sluice_json_outcome refusal(simdjson::error_code error, const uint8_t *bytes, size_t length) {
    switch (error) {
        case simdjson::EMPTY: return refusal("there is no value", 0);
        case simdjson::UTF8_ERROR: return refusal("not UTF-8", sluice::first_invalid_utf8(bytes, length));
        case simdjson::UNCLOSED_STRING:
        case simdjson::UNESCAPED_CHARS: {
            const sluice::Fault fault = sluice::string_fault(bytes, length);
            return refusal(fault.what, fault.offset);
        }
        default: return refusal("too large", length);
    }
}

}  // namespace

struct sluice_json_scanner {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> indexer;
    sluice_json_field fields[sluice_json_maximum_fields] = {};
    sluice_json_prompt prompt = {};
    std::vector<sluice_json_media> media;
    std::vector<sluice_json_node> nodes;

    /// Builds the index with the instructions that this processor has.
    simdjson::error_code index(const uint8_t *bytes, size_t length) {
        if (length > simdjson::SIMDJSON_MAXSIZE_BYTES) return simdjson::CAPACITY;
        if (!indexer || indexer->capacity() < length) {
            indexer.reset();
            const simdjson::error_code error =
                simdjson::get_active_implementation()->create_dom_parser_implementation(capacity_for(length), 1, indexer);
            if (error) return error;
        }
        return indexer->stage1(bytes, length, simdjson::stage1_mode::regular);
    }

    sluice::IndexedDocument document(const uint8_t *bytes, size_t length) const {
        return {bytes, length, indexer->structural_indexes.get(), indexer->n_structural_indexes};
    }

    /// Checks the grammar of the document and takes what the shape names.
    sluice_json_outcome scan(const uint8_t *bytes, size_t length, const sluice_json_shape &shape) {
        prompt = {};
        media.clear();
        if (length == 0) return refusal("there is no value", 0);
        if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) return refusal("starts with a byte order mark", 0);
        const simdjson::error_code error = index(bytes, length);
        if (error) return refusal(error, bytes, length);
        return sluice::Walk(document(bytes, length), shape, fields, sluice::Prompt(bytes, prompt, media)).run();
    }

    /// Gives back the memory that only a large document needs.
    void shrink() {
        if (indexer && indexer->capacity() > largest_kept_capacity) indexer.reset();
    }
};

sluice_json_scanner *sluice_json_scanner_create(void) { return new sluice_json_scanner(); }

void sluice_json_scanner_destroy(sluice_json_scanner *scanner) { delete scanner; }

const sluice_json_field *sluice_json_fields(const sluice_json_scanner *scanner) { return scanner->fields; }

const sluice_json_prompt *sluice_json_prompt_found(const sluice_json_scanner *scanner) { return &scanner->prompt; }

const sluice_json_media *sluice_json_media_found(const sluice_json_scanner *scanner) { return scanner->media.data(); }

sluice_json_outcome sluice_json_scan(
    sluice_json_scanner *scanner, const uint8_t *bytes, size_t length, const sluice_json_shape *shape) {
    memset(scanner->fields, 0, sizeof(sluice_json_field) * static_cast<size_t>(shape->fields));
    const sluice_json_outcome outcome = scanner->scan(bytes, length, *shape);
    scanner->shrink();
    return outcome;
}

sluice_json_tree sluice_json_parse(sluice_json_scanner *scanner, const uint8_t *bytes, size_t length) {
    static const sluice_json_shape nothing;
    const sluice_json_outcome outcome = scanner->scan(bytes, length, nothing);
    if (outcome.fault == nullptr) sluice::list(scanner->document(bytes, length), scanner->nodes);
    scanner->shrink();
    if (outcome.fault != nullptr) return {outcome, nullptr, 0};
    return {outcome, scanner->nodes.data(), scanner->nodes.size()};
}

ptrdiff_t sluice_json_unescape(const uint8_t *bytes, size_t length, uint8_t *output) {
    const uint8_t *const end = bytes + length;
    uint8_t *out = output;
    while (bytes < end) {
        if (*bytes != '\\') {
            *out++ = *bytes++;
            continue;
        }
        const sluice::Escape escape = sluice::decode_escape(bytes, end);
        if (escape.length == 0) return -1;
        out += sluice::encode(escape.scalar, out);
        bytes += escape.length;
    }
    return out - output;
}
