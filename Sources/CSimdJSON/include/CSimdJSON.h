// SPDX-License-Identifier: Apache-2.0

// The C face of the JSON scanner: one pass over a document validates all of it and notes where wanted values are.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

enum {
    /// Most paths of one shape.
    sluice_json_maximum_fields = 40,
    /// Most objects and arrays inside one another.
    sluice_json_maximum_depth = 256,
    /// Most characters of one number: longer ones serve only to burn somebody's processor.
    sluice_json_maximum_number = 4096,
};

/// What a value is. `integer` is a number written without fraction and exponent.
enum {
    sluice_json_absent,
    sluice_json_null,
    sluice_json_bool,
    sluice_json_integer,
    sluice_json_number,
    sluice_json_string,
    sluice_json_object,
    sluice_json_array,
};

/// What was found at one path of the shape. Positions are byte offsets in the document; they, the kind and the value
/// are those of the last match.
typedef struct {
    size_t start;
    size_t end;
    /// Raw lengths added up over all matches: strings without their quotes, objects and arrays with their brackets.
    size_t total_length;
    /// How often the path matched.
    size_t matches;
    /// How often its last key stood in one object, at most.
    size_t occurrences;
    /// The exact value, if `has_integer`.
    int64_t integer;
    bool has_integer;
    bool truth;
    uint8_t kind;
} sluice_json_field;

/// What a scan says about the whole document.
typedef struct {
    /// What is wrong, as a static text; null for a valid document.
    const char *_Nullable fault;
    /// Where it is wrong.
    size_t fault_offset;
    size_t root_start;
    size_t root_end;
    uint8_t root_kind;
} sluice_json_outcome;

/// A set of paths. Immutable once it is in use, and then safe to share between threads.
typedef struct sluice_json_shape sluice_json_shape;

sluice_json_shape *sluice_json_shape_create(void);
void sluice_json_shape_destroy(sluice_json_shape *shape);

/// The node for `name` below the node `parent`, made when there is none; 0 is the document. A null `name` stands for
/// every element of an array.
int32_t sluice_json_shape_child(
    sluice_json_shape *shape, int32_t parent, const uint8_t *_Nullable name, size_t length);

/// Has values at `node` noted as number `field`; false when they already are, or when that is too many.
bool sluice_json_shape_note(sluice_json_shape *shape, int32_t node, int32_t field);

/// A reusable scanner: owns the memory of a scan; for one thread at a time.
typedef struct sluice_json_scanner sluice_json_scanner;

sluice_json_scanner *sluice_json_scanner_create(void);
void sluice_json_scanner_destroy(sluice_json_scanner *scanner);

/// Validates the `length` bytes and notes the values of `shape`. Reads nothing beyond `length`.
sluice_json_outcome sluice_json_scan(
    sluice_json_scanner *scanner, const uint8_t *_Nullable bytes, size_t length, const sluice_json_shape *shape);

/// Where the scanner keeps what it found, `sluice_json_maximum_fields` of them; stays there for its lifetime.
const sluice_json_field *sluice_json_fields(const sluice_json_scanner *scanner);

/// One value of a document, in the order they stand there: an object's keys and values take turns, an array's elements
/// follow one another, and what a value holds comes directly after it.
typedef struct {
    /// The raw token: strings with their quotes, objects and arrays from bracket to bracket.
    uint32_t start;
    uint32_t end;
    /// The index of the first value after this one and all it holds.
    uint32_t next;
    uint8_t kind;
} sluice_json_node;

/// All values of a document. Valid until the scanner is used again.
typedef struct {
    /// As of a scan; without a fault, `nodes` has `count` values, the first of which is the whole document.
    sluice_json_outcome outcome;
    const sluice_json_node *_Nullable nodes;
    size_t count;
} sluice_json_tree;

/// Validates the `length` bytes as `sluice_json_scan` does and lists every value in them.
sluice_json_tree sluice_json_parse(sluice_json_scanner *scanner, const uint8_t *_Nullable bytes, size_t length);

/// Decodes the inside of a string token (no quotes) into `output`, which has room for `length` bytes. The length of the
/// result, or -1 when an escape is malformed. Does not look at UTF-8.
ptrdiff_t sluice_json_unescape(const uint8_t *bytes, size_t length, uint8_t *output);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
