// SPDX-License-Identifier: Apache-2.0

// What of a document a model reads: how much its text weighs, and where its pictures and files are.
#pragma once

#include <vector>

#include "include/CSimdJSON.h"
#include "text.hpp"

namespace sluice {

/// What the values at some place in a document are to a model.
enum class Reading : uint8_t {
    /// Not read by it.
    nothing = sluice_json_unread,
    turns = sluice_json_turns,
    prose = sluice_json_prose,
    shown = sluice_json_shown,
    /// The source of a picture or document: its bytes, its text or where it is.
    source,
    picture,
    sound,
    file,
    /// A string of bytes in base64, or of text.
    payload,
    /// The name of a picture or file that is somewhere else.
    reference,
    /// A string that a provider has encrypted for itself.
    sealed,
    /// How closely a picture is to be looked at.
    detail,
    /// What the object is that it stands in.
    type,
    /// How the source that it stands in gives its content.
    source_type,
};

/// A string, without its quotes.
struct Text {
    size_t start;
    size_t end;
    /// What its \u escapes weigh more than what they stand for.
    int64_t surplus;
    bool escaped;
};

/// Adds up a document's prompt while the document is walked.
class Prompt {
   public:
    /// What is known of the object being read.
    struct Part {
        size_t first_media;
        /// Where it says what it is; empty where it does not.
        size_t type_start;
        size_t type_end;
        uint8_t detail;
        /// Whether its data is text, whatever it looks like.
        bool is_text;
    };

    Prompt(const uint8_t *bytes, sluice_json_prompt &sums, std::vector<sluice_json_media> &media)
        : bytes(bytes), sums(sums), media(media) {}

    /// Takes note of the key [start, end) of an object read as `reading`, and says how its value is to be read.
    Reading key(Reading reading, size_t start, size_t end);

    void string(Reading reading, const Text &text);

    /// Takes note of a number.
    void number(Reading reading, size_t start, size_t end) {
        if (reading == Reading::turns) sums.tokens++;
        if (reading == Reading::shown) sums.quarters += punctuation + 2 * static_cast<int64_t>(end - start);
    }

    /// Takes note of true, false or null.
    void atom(Reading reading, size_t start, size_t end) {
        if (reading == Reading::shown) sums.quarters += punctuation + static_cast<int64_t>(end - start);
    }

    /// An object begins. Gives what is known of the one around it, to be handed back to `close`.
    Part open(Reading reading) {
        if (reading == Reading::turns) sums.messages++;
        const Part around = part;
        part = {media.size(), 0, 0, sluice_json_detail_unsaid, false};
        return around;
    }

    void close(const Part &around) {
        if (part.first_media < media.size()) settle();
        part = around;
    }

   private:
    /// What the quotes, colons and commas around one key or value weigh where JSON itself is read.
    static constexpr int64_t punctuation = 2;

    void note(uint8_t kind, const Text &text);
    void settle();
    void settle_text();

    const uint8_t *const bytes;
    sluice_json_prompt &sums;
    std::vector<sluice_json_media> &media;
    Part part = {};
};

/// What text weighs, in quarters of a token: each byte one, each capital, digit and punctuation mark one more, and each
/// character of three or four bytes one more.
int64_t weight(const uint8_t *begin, const uint8_t *end);

/// What the \u escape at `at` weighs more than the character it stands for.
int64_t weight_beyond(const Escape &escape, const uint8_t *at);

}  // namespace sluice
