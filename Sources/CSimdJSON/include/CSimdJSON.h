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
    /// Most pictures, recordings and documents of one prompt that are listed: providers take fewer.
    sluice_json_maximum_media = 1024,
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

/// How a model reads the values at a place of a document.
enum {
    /// It is not shown them.
    sluice_json_unread,
    /// Text, or turns of a conversation, each an object, or lists of token numbers.
    sluice_json_turns,
    /// Text, and objects and arrays that hold text and pictures beside ids and labels.
    sluice_json_prose,
    /// JSON that it is shown as JSON: keys, numbers and punctuation count too.
    sluice_json_shown,
};

/// What a string that is no text stands for.
enum {
    /// A data URL, base64 or the URL of a picture, a recording, or a document.
    sluice_json_picture = 1,
    sluice_json_sound,
    sluice_json_file,
    /// Base64 of something that its first bytes tell.
    sluice_json_payload,
    /// The name of something that is elsewhere, and nothing says what it is.
    sluice_json_reference,
};

/// How closely a picture is to be looked at.
enum { sluice_json_detail_unsaid, sluice_json_detail_low, sluice_json_detail_high };

/// A picture, recording or document in a prompt: the place of its string, without the quotes.
typedef struct {
    size_t start;
    size_t end;
    uint8_t kind;
    uint8_t detail;
    /// Whether there are escapes in the string.
    bool escaped;
} sluice_json_media;

/// What a model reads of a document.
typedef struct {
    /// What its text weighs, in quarters of a token.
    int64_t quarters;
    /// Objects that are turns of a conversation.
    int64_t messages;
    /// Tokens that are sent as numbers.
    int64_t tokens;
    /// Bytes of strings that the provider has encrypted for itself.
    int64_t sealed;
    /// How many pictures, recordings and documents there are; the first `sluice_json_maximum_media` are listed.
    size_t media;
} sluice_json_prompt;

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

/// Has the values at `node` and all below it weighed as a model reads them.
void sluice_json_shape_read(sluice_json_shape *shape, int32_t node, uint8_t reading);

/// A reusable scanner: owns the memory of a scan; for one thread at a time.
typedef struct sluice_json_scanner sluice_json_scanner;

sluice_json_scanner *sluice_json_scanner_create(void);
void sluice_json_scanner_destroy(sluice_json_scanner *scanner);

/// Validates the `length` bytes and notes the values of `shape`. Reads nothing beyond `length`.
sluice_json_outcome sluice_json_scan(
    sluice_json_scanner *scanner, const uint8_t *_Nullable bytes, size_t length, const sluice_json_shape *shape);

/// Where the scanner keeps what it found, `sluice_json_maximum_fields` of them; stays there for its lifetime.
const sluice_json_field *sluice_json_fields(const sluice_json_scanner *scanner);

/// What a model reads of the document scanned last, at the places that the shape says are read.
const sluice_json_prompt *sluice_json_prompt_found(const sluice_json_scanner *scanner);

/// The pictures, recordings and documents in it, in order.
const sluice_json_media *_Nullable sluice_json_media_found(const sluice_json_scanner *scanner);

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
