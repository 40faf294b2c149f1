// SPDX-License-Identifier: Apache-2.0

// The walk over an indexed document.
#pragma once

#include "include/CSimdJSON.h"
#include "prompt.hpp"
#include "shape.hpp"

namespace sluice {

/// A document and the offsets of its brackets, colons, commas and of the first byte of each scalar and string. The
/// indexer has checked that the document is UTF-8, that strings are closed, and that no string holds a control character.
struct IndexedDocument {
    const uint8_t *bytes;
    size_t length;
    const uint32_t *offsets;
    size_t count;
};

/// Checks the grammar of everything in a document, by recursive descent over its index, notes the wanted values, and adds
/// up what a model reads of it.
class Walk {
   public:
    Walk(const IndexedDocument &document, const sluice_json_shape &shape, sluice_json_field *fields, Prompt prompt)
        : document(document), nodes(shape.nodes.data()), fields(fields), prompt(prompt) {}

    sluice_json_outcome run();

   private:
    struct Token {
        size_t start;
        size_t end;
        int64_t integer;
        bool has_integer;
        bool escaped;
        uint8_t kind;
    };

    /// What a value is wanted for: its node of the trie, and how a model reads it.
    struct Place {
        int32_t node;
        Reading reading;
    };

    bool value(Place place, unsigned depth, Token &token);
    void read(Reading reading, const Token &token);
    bool object(Place place, unsigned depth, Token &token);
    bool array(Place place, unsigned depth, Token &token);
    bool member(Place place, unsigned depth);
    Reading begun(int32_t node) const {
        return node == nowhere ? Reading::nothing : static_cast<Reading>(nodes[node].reading);
    }
    bool string(size_t start, size_t &end, bool &escaped);
    bool escapes(const uint8_t *at, const uint8_t *end);
    bool escape(const uint8_t *at, const uint8_t *end, const uint8_t *&behind);
    bool number(bool wanted, Token &token);
    bool atom(const char *text, size_t length, uint8_t kind, Token &token);
    bool scalar_ends(size_t end);
    void note(int32_t field, const Token &token);
    bool fail(const char *what, size_t offset);

    /// The byte at the next offset of the index, or 0 at the end of it.
    uint8_t peek() const { return next < document.count ? document.bytes[document.offsets[next]] : 0; }
    size_t position() const { return next < document.count ? document.offsets[next] : document.length; }
    int32_t field(int32_t node) const { return node == nowhere ? -1 : nodes[node].field; }

    const IndexedDocument document;
    const Node *const nodes;
    sluice_json_field *const fields;
    Prompt prompt;
    /// What the \u escapes of the string read last weigh more than their characters.
    int64_t surplus = 0;
    /// How often each noted key stood in the object being walked. A node of the trie never lies inside itself, so one
    /// count for each is enough.
    size_t current[sluice_json_maximum_fields] = {};
    size_t next = 0;
    const char *fault = nullptr;
    size_t faultOffset = 0;
};

}  // namespace sluice
