// SPDX-License-Identifier: MIT
//
// scanner: takes a line apart from left to right, number by number, and never looks beyond its end.
//
// Every take_ function either takes what it is called after and returns true, or takes nothing and returns false. Numbers
// that don't fit their type are refused, not cut. Every operation is linear in what it takes.

#pragma once

#include <charconv>      // from_chars
#include <concepts>      // integral
#include <cstddef>       // size_t
#include <cstdint>       // int64_t
#include <string_view>   // the text
#include <system_error>  // errc

namespace maxwell::sim {

class scanner {
public:
    constexpr explicit scanner(std::string_view text) noexcept : rest_(text) {}

    /// What has not been taken yet.
    constexpr std::string_view rest() const noexcept { return rest_; }
    constexpr bool at_end() const noexcept { return rest_.empty(); }

    /// Takes spaces and tabs, if any; true when there was one.
    constexpr bool take_blanks() noexcept {
        const std::size_t count = rest_.find_first_not_of(" \t");
        const bool any = count != 0 && !rest_.empty();
        rest_.remove_prefix(count == std::string_view::npos ? rest_.size() : count);
        return any;
    }

    /// Takes exactly `text`.
    constexpr bool take(std::string_view text) noexcept {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    /// Takes everything up to the next blank; false when that is nothing.
    constexpr bool take_word(std::string_view& word) noexcept {
        const std::size_t count = rest_.find_first_of(" \t");
        word = rest_.substr(0, count);
        rest_.remove_prefix(word.size());
        return !word.empty();
    }

    /// Takes a field of a table: everything up to the next comma, without the blanks around it, or what stands in quotes; and the comma.
    /// False at the end of the line, and for a quote that isn't closed.
    constexpr bool take_field(std::string_view& field) noexcept {
        if (done_) return false;
        scanner ahead = *this;
        ahead.take_blanks();
        if (ahead.take("\"")) {
            const std::size_t end = ahead.rest_.find('"');
            if (end == std::string_view::npos) return false;
            field = ahead.rest_.substr(0, end);
            ahead.rest_.remove_prefix(end + 1);
            ahead.take_blanks();
            if (!ahead.at_end() && !ahead.rest_.starts_with(',')) return false;
        } else {
            field = ahead.rest_.substr(0, ahead.rest_.find(','));
            ahead.rest_.remove_prefix(field.size());
            field = field.substr(0, field.find_last_not_of(" \t") + 1);
        }
        ahead.done_ = !ahead.take(",");
        *this = ahead;
        return true;
    }

    /// Takes a decimal number that `value` can hold, with a minus where its type is signed.
    template <std::integral T>
    bool take_number(T& value) noexcept {
        T parsed{};
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), parsed);
        if (error != std::errc{}) return false;
        value = parsed;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return true;
    }

    /// Takes a decimal number with or without a fraction, in units of 10^-Digits: "-1.5" is -1500 at 3 digits. Digits of the
    /// fraction beyond that are taken and dropped. False for one that doesn't fit 64 bits.
    template <int Digits>
    bool take_decimal(std::int64_t& value) noexcept {
        scanner ahead = *this;
        const bool negative = ahead.rest_.starts_with('-');
        std::int64_t parsed = 0;
        if (!ahead.take_number(parsed)) return false;
        if (ahead.take(".")) {
            std::size_t used = 0;
            if (ahead.rest_.empty() || !is_digit(ahead.rest_.front())) return false;
            for (; !ahead.rest_.empty() && is_digit(ahead.rest_.front()); ahead.rest_.remove_prefix(1)) {
                const int digit = ahead.rest_.front() - '0';
                if (used++ < Digits && !shift_in(parsed, negative ? -digit : digit)) return false;
            }
            for (; used < Digits; ++used) {
                if (!shift_in(parsed, 0)) return false;
            }
        } else {
            for (int i = 0; i < Digits; ++i) {
                if (!shift_in(parsed, 0)) return false;
            }
        }
        value = parsed;
        *this = ahead;
        return true;
    }

    static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

private:
    /// value = value * 10 + digit; false where that doesn't fit.
    static bool shift_in(std::int64_t& value, int digit) noexcept {
        return !__builtin_mul_overflow(value, std::int64_t{10}, &value) &&
               !__builtin_add_overflow(value, std::int64_t{digit}, &value);
    }

    std::string_view rest_;
    bool done_ = false;  ///< take_field has taken the last field
};

}  // namespace maxwell::sim
