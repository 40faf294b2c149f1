// SPDX-License-Identifier: Apache-2.0

// JSON numbers: their grammar, and their value where it is a whole number.
#pragma once

#include <cstdint>

namespace sluice {

inline bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

inline const uint8_t *skip_digits(const uint8_t *at, const uint8_t *end) {
    while (at < end && is_digit(*at)) at++;
    return at;
}

/// The end of the number that starts at `at`, or null when it is malformed. `whole` tells whether it has neither
/// fraction nor exponent.
inline const uint8_t *number_end(const uint8_t *at, const uint8_t *end, bool &whole) {
    whole = true;
    if (at < end && *at == '-') at++;
    if (at == end || !is_digit(*at)) return nullptr;
    at = *at == '0' ? at + 1 : skip_digits(at, end);
    if (at < end && *at == '.') {
        whole = false;
        const uint8_t *const fraction = ++at;
        at = skip_digits(at, end);
        if (at == fraction) return nullptr;
    }
    if (at < end && (*at | 0x20) == 'e') {
        whole = false;
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        const uint8_t *const exponent = at;
        at = skip_digits(at, end);
        if (at == exponent) return nullptr;
    }
    return at;
}

/// The digits of a well-formed number without its point, and the power of ten they are multiplied by.
struct Decimal {
    uint64_t digits = 0;
    int64_t power = 0;
    bool negative = false;
    bool fits = true;

    /// Zeros at the end only count up the power, so that 1200000e-3 and 12.0000000000000000000000 fit.
    void append(uint8_t digit, int64_t &pendingZeros, bool fraction) {
        if (fraction) power--;
        pendingZeros++;
        if (digit == '0') return;
        for (; pendingZeros > 0; pendingZeros--) {
            fits = fits && !__builtin_mul_overflow(digits, uint64_t{10}, &digits);
        }
        fits = fits && !__builtin_add_overflow(digits, uint64_t(digit - '0'), &digits);
    }
};

/// Reads the exponent at `at`; huge ones are cut, which changes nothing about whether the number fits.
inline int64_t exponent(const uint8_t *at, const uint8_t *end) {
    const bool negative = at < end && *at == '-';
    if (at < end && !is_digit(*at)) at++;
    int64_t value = 0;
    for (; at < end && value < 1'000'000; at++) value = value * 10 + (*at - '0');
    return negative ? -value : value;
}

inline Decimal read_decimal(const uint8_t *at, const uint8_t *end) {
    Decimal decimal;
    decimal.negative = *at == '-';
    int64_t pendingZeros = 0;
    bool fraction = false;
    for (at += decimal.negative; at < end && (*at | 0x20) != 'e'; at++) {
        if (*at == '.') fraction = true;
        else if (decimal.digits == 0 && *at == '0') decimal.power -= fraction;
        else decimal.append(*at, pendingZeros, fraction);
    }
    decimal.power += pendingZeros;
    if (at < end) decimal.power += exponent(at + 1, end);
    return decimal;
}

/// The value of the well-formed number [begin, end) if it is a whole number that fits, however it is written.
inline bool exact_integer(const uint8_t *begin, const uint8_t *end, int64_t &value) {
    Decimal decimal = read_decimal(begin, end);
    if (!decimal.fits) return false;
    if (decimal.digits == 0) decimal.power = 0;
    if (decimal.power < 0 || decimal.power > 18) return false;
    for (; decimal.power > 0; decimal.power--) {
        if (__builtin_mul_overflow(decimal.digits, uint64_t{10}, &decimal.digits)) return false;
    }
    const uint64_t most = uint64_t{INT64_MAX} + decimal.negative;
    if (decimal.digits > most) return false;
    value = static_cast<int64_t>(decimal.negative ? ~decimal.digits + 1 : decimal.digits);
    return true;
}

}  // namespace sluice
