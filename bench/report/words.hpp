// SPDX-License-Identifier: MIT
//
// Figures and properties as text, the same on the terminal and on the page.

#pragma once

#include "harness/results.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace maxwell::bench {

/// Four significant places are more than a run is good for.
inline std::string short_ns(double ns) {
    if (ns < 0) return "-";
    if (ns < 99.5) return fmt::format("{:.1f}", ns);
    if (ns < 99'500) return fmt::format("{:.0f}", ns);
    return ns < 9'950'000 ? fmt::format("{:.0f}us", ns / 1e3) : fmt::format("{:.0f}ms", ns / 1e6);
}
inline std::string tail_ns(double ns) {
    if (ns < 99'500) return fmt::format("{:.0f}", ns);
    return short_ns(ns);
}

inline std::string worst_text(worst_of_each const& each) {
    return fmt::format("{} {}", worst_result::greatest(each), worst_result::name_of_greatest(each));
}

inline std::string_view order_name(fidelity order) {
    return order == fidelity::exact ? "exact" : order == fidelity::tier ? "tier" : "sampled";
}
inline std::string_view payment_name(structure_info const& s) {
    if (s.critical_payment) return "critical";
    return s.order == fidelity::sampled ? "other" : "second";
}

}  // namespace maxwell::bench
