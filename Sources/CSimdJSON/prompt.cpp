// SPDX-License-Identifier: Apache-2.0

#include "prompt.hpp"

#include <algorithm>
#include <cstring>

namespace sluice {

namespace {

template <size_t size>
bool is(const uint8_t *name, const char (&wanted)[size]) {
    return memcmp(name, wanted, size - 1) == 0;
}

bool contains(const uint8_t *begin, const uint8_t *end, const char *wanted) {
    return std::search(begin, end, wanted, wanted + strlen(wanted)) != end;
}

bool is_base64(uint8_t byte) {
    return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || byte == '+' ||
           byte == '/' || byte == '=' || byte == '-' || byte == '_' || byte == '\\';
}

/// Whether a string that may be either is bytes rather than text: a data URL, or a long beginning of base64.
bool is_encoded(const uint8_t *begin, const uint8_t *end) {
    constexpr ptrdiff_t proof = 64;
    if (end - begin >= 5 && is(begin, "data:")) return true;
    return end - begin >= proof && std::all_of(begin, begin + proof, is_base64);
}

/// What the value of the key `name` is in the part of a picture, a recording or a file, given what is such a part.
Reading part_key(Reading media, const uint8_t *name, size_t length) {
    switch (length) {
        case 3: return is(name, "url") ? media : Reading::nothing;
        case 4: return is(name, "data") ? media : Reading::nothing;
        case 6: return is(name, "detail") ? Reading::detail : Reading::nothing;
        case 7: return is(name, "file_id") ? Reading::reference : Reading::nothing;
        case 8: return is(name, "file_url") ? Reading::reference : Reading::nothing;
        case 9: return is(name, "file_data") ? media : Reading::nothing;
        default: return Reading::nothing;
    }
}

Reading source_key(const uint8_t *name, size_t length) {
    switch (length) {
        case 3: return is(name, "url") ? Reading::reference : Reading::nothing;
        case 4:
            return is(name, "data") ? Reading::payload : is(name, "type") ? Reading::source_type : Reading::nothing;
        case 7:
            return is(name, "file_id") ? Reading::reference
                   : is(name, "content") ? Reading::prose
                                         : Reading::nothing;
        default: return Reading::nothing;
    }
}

/// What the value of a key is among text.
struct Key {
    const char *name;
    size_t length;
    Reading reading;
};

template <size_t size>
constexpr Key key(const char (&name)[size], Reading reading) {
    return {name, size - 1, reading};
}

/// In the order of their lengths. What is not among them is taken for text: too much rather than too little.
constexpr Key prose_keys[] = {
    key("id", Reading::nothing),
    key("type", Reading::type),
    key("role", Reading::nothing),
    key("data", Reading::payload),
    key("file", Reading::file),
    key("input", Reading::shown),
    key("source", Reading::source),
    key("result", Reading::payload),
    key("detail", Reading::detail),
    key("status", Reading::nothing),
    key("file_id", Reading::reference),
    key("call_id", Reading::nothing),
    key("item_id", Reading::nothing),
    key("file_url", Reading::reference),
    key("b64_json", Reading::payload),
    key("logprobs", Reading::nothing),
    key("image_url", Reading::picture),
    key("audio_url", Reading::sound),
    key("video_url", Reading::file),
    key("file_data", Reading::file),
    key("signature", Reading::sealed),
    key("citations", Reading::nothing),
    key("input_audio", Reading::sound),
    key("tool_use_id", Reading::nothing),
    key("annotations", Reading::nothing),
    key("tool_call_id", Reading::nothing),
    key("cache_control", Reading::nothing),
    key("redacted_content", Reading::sealed),
    key("encrypted_content", Reading::sealed),
    key("thought_signature", Reading::sealed),
    key("approval_request_id", Reading::nothing),
};

constexpr size_t prose_key_count = sizeof prose_keys / sizeof *prose_keys;
constexpr size_t longest_prose_key = prose_keys[prose_key_count - 1].length;

/// The first key of each length, or of the next that there is.
struct FirstOfLength {
    uint8_t places[longest_prose_key + 2] = {};

    constexpr FirstOfLength() {
        size_t place = 0;
        for (size_t length = 0; length < longest_prose_key + 2; length++) {
            while (place < prose_key_count && prose_keys[place].length < length) place++;
            places[length] = static_cast<uint8_t>(place);
        }
    }
};

constexpr FirstOfLength first_of_length;

Reading prose_key(const uint8_t *name, size_t length) {
    if (length > longest_prose_key) return Reading::prose;
    for (size_t place = first_of_length.places[length]; place < first_of_length.places[length + 1]; place++) {
        const Key &known = prose_keys[place];
        if (*name == static_cast<uint8_t>(*known.name) && memcmp(name, known.name, length) == 0) return known.reading;
    }
    return Reading::prose;
}

/// What an object that is called [begin, end) says of what it names.
uint8_t named_kind(const uint8_t *begin, const uint8_t *end) {
    if (contains(begin, end, "image")) return sluice_json_picture;
    if (contains(begin, end, "audio")) return sluice_json_sound;
    const bool isFile = contains(begin, end, "file") || contains(begin, end, "document");
    return isFile ? sluice_json_file : sluice_json_reference;
}

uint8_t detail_of(const uint8_t *begin, const uint8_t *end) {
    if (end - begin == 3 && is(begin, "low")) return sluice_json_detail_low;
    return end - begin == 4 && is(begin, "high") ? sluice_json_detail_high : sluice_json_detail_unsaid;
}

}  // namespace

Reading Prompt::key(Reading reading, size_t start, size_t end) {
    switch (reading) {
        case Reading::turns:
        case Reading::prose: return prose_key(bytes + start, end - start);
        case Reading::shown:
            sums.quarters += punctuation + weight(bytes + start, bytes + end);
            return Reading::shown;
        case Reading::source: return source_key(bytes + start, end - start);
        case Reading::picture:
        case Reading::sound:
        case Reading::file: return part_key(reading, bytes + start, end - start);
        default: return Reading::nothing;
    }
}

void Prompt::string(Reading reading, const Text &text) {
    const uint8_t *const begin = bytes + text.start, *const end = bytes + text.end;
    const auto words = [&] { sums.quarters += weight(begin, end) - text.surplus; };
    switch (reading) {
        case Reading::turns:
        case Reading::prose:
        case Reading::source: return words();
        case Reading::shown: sums.quarters += punctuation; return words();
        case Reading::picture: return note(sluice_json_picture, text);
        case Reading::sound: return note(sluice_json_sound, text);
        case Reading::file: return note(sluice_json_file, text);
        case Reading::reference: return note(sluice_json_reference, text);
        case Reading::payload: return is_encoded(begin, end) ? note(sluice_json_payload, text) : words();
        case Reading::sealed: sums.sealed += end - begin; return;
        case Reading::detail: part.detail = detail_of(begin, end); return;
        case Reading::type:
            part.type_start = text.start;
            part.type_end = text.end;
            return;
        case Reading::source_type: part.is_text = end - begin == 4 && is(begin, "text"); return;
        case Reading::nothing: return;
    }
}

void Prompt::note(uint8_t kind, const Text &text) {
    sums.media++;
    if (media.size() == sluice_json_maximum_media) return;
    media.push_back({text.start, text.end, kind, sluice_json_detail_unsaid, text.escaped});
}

/// Tells the pictures and files in the object what its other members say of them, wherever among them they stand.
void Prompt::settle() {
    if (part.is_text) return settle_text();
    for (size_t index = part.first_media; index < media.size(); index++) {
        sluice_json_media &each = media[index];
        if (each.kind == sluice_json_reference) each.kind = named_kind(bytes + part.type_start, bytes + part.type_end);
        if (each.detail == sluice_json_detail_unsaid) each.detail = part.detail;
    }
}

void Prompt::settle_text() {
    for (size_t index = part.first_media; index < media.size(); index++) {
        sums.quarters += weight(bytes + media[index].start, bytes + media[index].end);
    }
    sums.media -= media.size() - part.first_media;
    media.resize(part.first_media);
}

}  // namespace sluice
