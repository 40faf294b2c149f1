// SPDX-License-Identifier: Apache-2.0

#include "walk.hpp"

#include "number.hpp"

namespace sluice {

sluice_json_outcome Walk::run() {
    Token root = {};
    const bool valid = value({0, begun(0)}, 1, root) &&
                       (next == document.count || fail("more follows after the value", position()));
    if (!valid) return {fault, faultOffset, 0, 0, sluice_json_absent};
    return {nullptr, 0, root.start, root.end, root.kind};
}

bool Walk::fail(const char *what, size_t offset) {
    fault = what;
    faultOffset = offset;
    return false;
}

bool Walk::value(Place place, unsigned depth, Token &token) {
    if (next == document.count) return fail("ends where a value was expected", document.length);
    token.start = document.offsets[next++];
    const int32_t wanted = field(place.node);
    bool valid;
    switch (document.bytes[token.start]) {
        case '"':
            token.kind = sluice_json_string;
            valid = string(token.start, token.end, token.escaped);
            break;
        case '{': valid = object(place, depth, token); break;
        case '[': valid = array(place, depth, token); break;
        case 't': valid = atom("true", 4, sluice_json_bool, token); break;
        case 'f': valid = atom("false", 5, sluice_json_bool, token); break;
        case 'n': valid = atom("null", 4, sluice_json_null, token); break;
        default: valid = number(wanted >= 0, token);
    }
    if (valid && wanted >= 0) note(wanted, token);
    if (valid && place.reading != Reading::nothing) read(place.reading, token);
    return valid;
}

/// Adds the value to the prompt; what objects and arrays hold is there already.
void Walk::read(Reading reading, const Token &token) {
    switch (token.kind) {
        case sluice_json_string:
            return prompt.string(reading, {token.start + 1, token.end - 1, surplus, token.escaped});
        case sluice_json_integer:
        case sluice_json_number: return prompt.number(reading, token.start, token.end);
        case sluice_json_object:
        case sluice_json_array: return;
        default: return prompt.atom(reading, token.start, token.end);
    }
}

bool Walk::object(Place place, unsigned depth, Token &token) {
    token.kind = sluice_json_object;
    if (depth > sluice_json_maximum_depth) return fail("nested more than 256 deep", token.start);
    if (place.node != nowhere) {
        for (const Node::Child &child : nodes[place.node].children) {
            if (field(child.node) >= 0) current[field(child.node)] = 0;
        }
    }
    const Prompt::Part around = prompt.open(place.reading);
    if (peek() != '}') {
        do {
            if (!member(place, depth)) return false;
        } while (peek() == ',' && ++next);
        if (peek() != '}') return fail("expected a comma or the end of the object", position());
    }
    prompt.close(around);
    token.end = document.offsets[next++] + 1;
    return true;
}

bool Walk::member(Place place, unsigned depth) {
    if (peek() != '"') return fail("expected a key in quotes", position());
    const size_t start = document.offsets[next++];
    size_t end;
    bool escaped;
    if (!string(start, end, escaped)) return false;
    if (peek() != ':') return fail("expected a colon after the key", position());
    next++;
    const uint8_t *const bytes = document.bytes;
    const int32_t child =
        place.node == nowhere ? nowhere : nodes[place.node].child(bytes + start + 1, bytes + end - 1, escaped);
    if (field(child) >= 0) current[field(child)]++;
    const Reading reading =
        place.reading == Reading::nothing ? begun(child) : prompt.key(place.reading, start + 1, end - 1);
    Token token = {};
    return value({child, reading}, depth + 1, token);
}

bool Walk::array(Place place, unsigned depth, Token &token) {
    token.kind = sluice_json_array;
    if (depth > sluice_json_maximum_depth) return fail("nested more than 256 deep", token.start);
    if (peek() == ']') {
        token.end = document.offsets[next++] + 1;
        return true;
    }
    const int32_t child = place.node == nowhere ? nowhere : nodes[place.node].element;
    if (field(child) >= 0) current[field(child)] = 1;
    do {
        Token element = {};
        if (!value({child, place.reading}, depth + 1, element)) return false;
    } while (peek() == ',' && ++next);
    if (peek() != ']') return fail("expected a comma or the end of the array", position());
    token.end = document.offsets[next++] + 1;
    return true;
}

/// The next offset of the index is the first byte after the string that is not white space, so its closing quote is
/// found from there, without looking at what is inside.
bool Walk::string(size_t start, size_t &end, bool &escaped) {
    surplus = 0;
    end = position();
    while (is_space(document.bytes[end - 1])) end--;
    if (end - start < 2 || document.bytes[end - 1] != '"') return fail("a string is never closed", start);
    const uint8_t *const last = document.bytes + end - 1;
    const uint8_t *const backslash = find_backslash(document.bytes + start + 1, last);
    escaped = backslash != nullptr;
    return !escaped || escapes(backslash, last);
}

/// Checks the escapes of [at, end). Text has many close together, so they are looked for in 64 bytes at once.
bool Walk::escapes(const uint8_t *at, const uint8_t *end) {
    const uint8_t *behind = at;
    for (; end - at >= 64; at += 64) {
        uint64_t found = mask_of_64(at, '\\');
        while (found != 0) {
            const uint8_t *const escape = at + __builtin_ctzll(found);
            found &= found - 1;
            // The second half of an escaped backslash begins nothing.
            if (escape >= behind && !this->escape(escape, end, behind)) return false;
        }
    }
    if (at < behind) at = behind;
    while ((at = find_backslash(at, end)) != nullptr) {
        if (!escape(at, end, at)) return false;
    }
    return true;
}

/// Checks the escape at `at`, and tells where it ends.
bool Walk::escape(const uint8_t *at, const uint8_t *end, const uint8_t *&behind) {
    // Prose in JSON has mostly these two.
    if (end - at >= 2 && (at[1] == 'n' || at[1] == '"')) {
        behind = at + 2;
        return true;
    }
    const Escape escape = decode_escape(at, end);
    if (escape.length == 0) {
        return fail("no valid escape, or half of a surrogate pair", static_cast<size_t>(at - document.bytes));
    }
    if (at[1] == 'u') surplus += weight_beyond(escape, at);
    behind = at + escape.length;
    return true;
}

/// Whether what precedes `end` is a whole token: scalars may stand directly before punctuation alone.
bool Walk::scalar_ends(size_t end) {
    if (end == document.length || is_space(document.bytes[end])) return true;
    switch (document.bytes[end]) {
        case ',': case ':': case ']': case '}': case '[': case '{': return true;
        default: return fail("unexpected character", end);
    }
}

bool Walk::atom(const char *text, size_t length, uint8_t kind, Token &token) {
    token.kind = kind;
    token.end = token.start + length;
    if (token.end > document.length || memcmp(document.bytes + token.start, text, length) != 0) {
        return fail("expected a value", token.start);
    }
    return scalar_ends(token.end);
}

bool Walk::number(bool wanted, Token &token) {
    const uint8_t first = document.bytes[token.start];
    if (first != '-' && !is_digit(first)) return fail("expected a value", token.start);
    const uint8_t *const begin = document.bytes + token.start;
    bool whole;
    const uint8_t *const end = number_end(begin, document.bytes + document.length, whole);
    if (end == nullptr) return fail("malformed number", token.start);
    if (end - begin > sluice_json_maximum_number) return fail("a number of more than 4096 characters", token.start);
    token.kind = whole ? sluice_json_integer : sluice_json_number;
    token.end = token.start + static_cast<size_t>(end - begin);
    token.has_integer = wanted && exact_integer(begin, end, token.integer);
    return scalar_ends(token.end);
}

void Walk::note(int32_t index, const Token &token) {
    sluice_json_field &field = fields[index];
    field.start = token.start;
    field.end = token.end;
    field.kind = token.kind;
    field.integer = token.integer;
    field.has_integer = token.has_integer;
    field.truth = token.kind == sluice_json_bool && document.bytes[token.start] == 't';
    field.matches++;
    if (current[index] > field.occurrences) field.occurrences = current[index];
    const size_t length = token.end - token.start;
    if (token.kind == sluice_json_string) field.total_length += length - 2;
    if (token.kind == sluice_json_object || token.kind == sluice_json_array) field.total_length += length;
}

}  // namespace sluice
