// SPDX-License-Identifier: MIT
//
// An owner of one name or two in sales of units: what another bid, and what a second name, can gain it. Exhaustive: two rivals, the
// owner first or last to arrive, a supply of 2 to 4, all amounts and units of a small range.

#pragma once

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::test::owner_names {

/// What the owner's names get together, and pay.
struct share {
    std::int64_t units = 0;
    std::int64_t paid = 0;
};

constexpr bool is_owner(agent_id id) { return slot_of(id) < 2; }

template <misfit Rule>
share all_or_nothing(tournament_tree<4> a, std::uint64_t supply) {
    std::array<award, 4> out;
    share s;
    for (award const& won : view<award>{out}.first(extract_units(a, supply, view<award>{out}, Rule))) {
        if (!is_owner(won.winner.agent)) continue;
        s.units += won.winner.units;
        s.paid += static_cast<std::int64_t>(won.total());
    }
    return s;
}

inline share any_number(tournament_tree<4> a, std::uint64_t supply) {
    std::array<award, 4> listed;
    std::array<grant, 4> out;
    share s;
    for (grant const& won : view<grant>{out}.first(extract_vickrey(a, supply, view<award>{listed}, view<grant>{out}))) {
        if (!is_owner(won.winner.agent)) continue;
        s.units += won.units;
        s.paid += static_cast<std::int64_t>(won.total);
    }
    return s;
}

inline constexpr price ticks = 4;          ///< values are below, bids at most this
inline constexpr std::uint32_t units = 3;  ///< needed and asked for, at most
inline constexpr std::int64_t steps = 4;   ///< values per tick

/// Utility in steps of an owner that needs `need` units, worth `value` steps each: by themselves, or all together.
inline std::int64_t utility(share const& s, std::int64_t need, std::int64_t value, bool each) {
    const std::int64_t used = each ? std::min(s.units, need) : s.units >= need ? need : 0;
    return value * used - s.paid * steps;
}

struct gains {
    long cases = 0;
    long by_another_bid = 0;
    long by_two_names = 0;
    std::int64_t worst = 0;  ///< of two names, in steps

    /// Where the worst was found.
    std::array<bid, 2> rivals{};
    std::uint64_t supply = 0;
    std::int64_t need = 0;
    std::int64_t value = 0;  ///< of a unit, in steps
};

using sale = share (*)(tournament_tree<4>, std::uint64_t);

/// All that the owner could do against these rivals, with one name or two.
struct choices {
    std::vector<share> one;  ///< by amount and units: [amount * units + units - 1]
    std::vector<share> two;
};
inline choices try_all(sale sell, std::array<bid, 2> const& rivals, std::uint64_t supply, bool owner_first) {
    const auto run = [&](std::vector<bid> const& names) {
        tournament_tree<4> a;
        if (owner_first) {
            for (bid const& b : names) a.insert(b);
        }
        for (bid const& b : rivals) a.insert(b);
        if (!owner_first) {
            for (bid const& b : names) a.insert(b);
        }
        return sell(a, supply);
    };
    choices all;
    for (price p = 0; p <= ticks; ++p) {
        for (std::uint32_t u = 1; u <= units; ++u) {
            all.one.push_back(run({{0, p, u}}));
            for (price second = 0; second <= ticks; ++second) {
                for (std::uint32_t v = 1; v <= units; ++v) all.two.push_back(run({{0, p, u}, {1, second, v}}));
            }
        }
    }
    return all;
}

inline gains search_names(sale sell, bool each) {
    gains found;
    for (unsigned profile = 0; profile < ticks * units * ticks * units; ++profile) {
        const unsigned other = profile / (ticks * units);
        const std::array<bid, 2> rivals{
            {{2, profile % ticks, 1 + profile / ticks % units}, {3, other % ticks, 1 + other / ticks % units}}};
        for (std::uint64_t supply = 2; supply <= 4; ++supply) {
            for (const bool owner_first : {true, false}) {
                const choices all = try_all(sell, rivals, supply, owner_first);
                for (std::uint32_t need = 1; need <= units; ++need) {
                    for (std::int64_t value = 0; value < ticks * steps; ++value) {
                        const auto worth = [&](share const& s) { return utility(s, need, value, each); };
                        const auto best = [&](std::vector<share> const& of) {
                            std::int64_t most = 0;
                            for (share const& s : of) most = std::max(most, worth(s));
                            return most;
                        };
                        const std::int64_t truthful =
                            worth(all.one[static_cast<std::size_t>(value / steps) * units + need - 1]);
                        const std::int64_t gain = best(all.two) - truthful;
                        ++found.cases;
                        found.by_another_bid += best(all.one) > truthful ? 1 : 0;
                        found.by_two_names += gain > 0 ? 1 : 0;
                        if (gain <= found.worst) continue;
                        found.worst = gain;
                        found.rivals = rivals;
                        found.supply = supply;
                        found.need = need;
                        found.value = value;
                    }
                }
            }
        }
    }
    return found;
}

}  // namespace maxwell::test::owner_names
