// SPDX-License-Identifier: MIT
//
// Text for logs: bids, awards, results and decisions, by to_text, by fmt where it is installed, and by std::format where the standard
// library has it.
//
//     fmt::print("{}", award)      agent 3 (generation 1): 100 a unit for 5000, pays 42 a unit
//     std::format("{:>20}", s)     stale_agent, with the options that a string takes
//
// The same words as docs/packaging/maxwell_printers.py gives in gdb. Hosted: it allocates.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/market/decision.hpp>

#include <cstddef>      // size_t
#include <iterator>     // size
#include <string>       // to_text
#include <string_view>  // what a formatter formats
#include <type_traits>  // is_same
#include <version>      // __cpp_lib_format

#if __has_include(<fmt/format.h>)
#include <fmt/format.h>  // fmt::formatter
#endif
#if defined(__cpp_lib_format)
#include <format>  // std::formatter
#endif

namespace maxwell {

/// The enumerator's name; "unknown" for a value that isn't in the enumeration.
constexpr std::string_view to_text(status s) noexcept {
    constexpr std::string_view names[] = {"ok",           "unknown_agent",   "stale_agent",    "no_bid",
                                          "unknown_lane", "unknown_account", "too_many_units", "busy"};
    const auto i = static_cast<std::size_t>(s);
    return i < std::size(names) ? names[i] : "unknown";
}

/// Why no agent runs: the enumerator's name; "unknown" for a value that isn't in the enumeration.
constexpr std::string_view to_text(quiet q) noexcept {
    constexpr std::string_view names[] = {"nothing", "idle", "reserve", "power", "closed"};
    const auto i = static_cast<std::size_t>(q);
    return i < std::size(names) ? names[i] : "unknown";
}

inline std::string to_text(bid const& b) {
    std::string text = "agent " + std::to_string(slot_of(b.agent));
    if (generation_of(b.agent) != 0) text += " (generation " + std::to_string(generation_of(b.agent)) + ")";
    return text + ": " + std::to_string(b.amount) + " a unit for " + std::to_string(b.units);
}

inline std::string to_text(award const& a) {
    return to_text(a.winner) + ", pays " + std::to_string(a.payment) + " a unit";
}

inline std::string to_text(decision const& d) {
    if (!d.run) return "nobody runs: " + std::string(to_text(d.why));
    return "lane " + std::to_string(d.lane) + ": " + to_text(*d.run);
}

/// What the formatters below take.
template <class T>
concept has_text = std::is_same_v<T, bid> || std::is_same_v<T, award> || std::is_same_v<T, status> ||
    std::is_same_v<T, quiet> || std::is_same_v<T, decision>;

}  // namespace maxwell

#if __has_include(<fmt/format.h>)
template <maxwell::has_text T>
struct fmt::formatter<T> : fmt::formatter<std::string_view> {
    template <class Context>
    auto format(T const& what, Context& to) const {
        return fmt::formatter<std::string_view>::format(maxwell::to_text(what), to);
    }
};
#endif

#if defined(__cpp_lib_format)
template <maxwell::has_text T>
struct std::formatter<T> : std::formatter<std::string_view> {
    template <class Context>
    auto format(T const& what, Context& to) const {
        return std::formatter<std::string_view>::format(maxwell::to_text(what), to);
    }
};
#endif
