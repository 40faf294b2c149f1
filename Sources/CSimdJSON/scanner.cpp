// SPDX-License-Identifier: Apache-2.0

#include <simdjson.h>

#include <cstring>
#include <memory>

#include "fault.hpp"
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

    /// Checks the grammar of the indexed document and takes what the shape names.
    sluice_json_outcome walk(const uint8_t *bytes, size_t length, const sluice_json_shape &shape) {
        const sluice::IndexedDocument document = {
            bytes, length, indexer->structural_indexes.get(), indexer->n_structural_indexes};
        return sluice::Walk(document, shape, fields, sluice::Prompt(bytes, prompt, media)).run();
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
    scanner->prompt = {};
    scanner->media.clear();
    if (length == 0) return refusal("there is no value", 0);
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) return refusal("starts with a byte order mark", 0);
    const simdjson::error_code error = scanner->index(bytes, length);
    const sluice_json_outcome outcome =
        error ? refusal(error, bytes, length) : scanner->walk(bytes, length, *shape);
    if (scanner->indexer && scanner->indexer->capacity() > largest_kept_capacity) scanner->indexer.reset();
    return outcome;
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
