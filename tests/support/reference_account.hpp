// SPDX-License-Identifier: MIT
//
// reference_account: one account by the sentences of market/ledger.hpp alone, in 128 bits and without a running total.

#pragma once

#include <cstdint>

namespace maxwell::test {

struct reference_account {
    __extension__ using wide = unsigned __int128;
    static constexpr wide whole = 1'000'000;  ///< nanoseconds of a millisecond, millionths of a credit

    bool open = false;
    wide millionths = 0;  ///< the balance, in millionths of a credit
    std::uint64_t rate = 0;
    std::uint64_t cap = 0;
    std::uint64_t at_ns = 0;

    void refill(std::uint64_t now_ns) {
        if (now_ns < at_ns) return;
        millionths += wide{rate} * (now_ns - at_ns);
        // At the cap only whole credits are lost: the fraction is below what any balance shows.
        if (millionths / whole >= cap) millionths = wide{cap} * whole + millionths % whole;
        at_ns = now_ns;
    }
    void pay(std::uint64_t due) { millionths -= wide{due} * whole; }
    std::uint64_t balance() const { return static_cast<std::uint64_t>(millionths / whole); }
};

}  // namespace maxwell::test
