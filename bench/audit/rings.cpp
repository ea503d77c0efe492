// SPDX-License-Identifier: MIT
//
// Rings of bidders: what they gain, what a reserve leaves of it, and how soon watch.hpp sees them.

#include "audit/claim.hpp"
#include "support/ring_market.hpp"

#include <maxwell/market/watch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace maxwell::audit {
namespace {

using namespace maxwell::test;
using watch64 = watch<ring_market::bidders>;

char const* name_of(values of) { return of == values::uniform ? "uniform" : "lognormal"; }

watch64 learnt(values of) {
    watch64 w;
    honest_gaps market(9, of);
    for (int n = 0; n < 200'000; ++n) w.observe(market.quantum());
    return w;
}

/// How many quanta an alarm takes in each of `runs`, sorted; `most` where none was raised.
std::vector<int> quanta_until_seen(values of, std::uint32_t members, ring how, std::size_t runs, int most) {
    const watch64 before = learnt(of);
    ring_market market(3, of);
    std::vector<int> all;
    for (std::size_t run = 0; run < runs; ++run) {
        watch64 w = before;
        int n = 0;
        for (bool seen = false; n < most && !seen; ++n) {
            const suspicion s = w.observe(*market.quantum(members, how));
            seen = how == ring::takes_turns ? s.rotation : s.price_gap;
        }
        all.push_back(n);
    }
    std::sort(all.begin(), all.end());
    return all;
}

/// Promised within `promised` quanta in 99 % of runs, which is what `worst` is.
finding as_finding(std::vector<int> const& all, int promised, std::string const& what) {
    finding found;
    found.cases = all.size();
    found.against =
        static_cast<std::uint64_t>(std::count_if(all.begin(), all.end(), [=](int n) { return n > promised; }));
    found.worst = all[all.size() * 99 / 100];
    found.example = fmt::format("{}: seen after {} quanta in half of the runs, {} in 95 %, {} in 99 %", what,
                                all[all.size() / 2], all[all.size() * 95 / 100], all[all.size() * 99 / 100]);
    return found;
}

claim half_the_market(values of, int promised) {
    const auto seen = [=](std::uint32_t members, std::size_t runs) {
        return as_finding(quanta_until_seen(of, members, ring::best_bids, runs, 3 * promised), promised, name_of(of));
    };
    return {
        "rings",
        std::string("half_the_market_") + name_of(of),
        "A ring of half the market is seen in 99 % of runs within so many quanta.",
        fmt::format(
            "64 bidders, {} values drawn anew, of 32 the best alone bids; tournament_tree, watch after 200,000 honest "
            "quanta",
            name_of(of)),
        promised,
        "quanta",
        [=](effort e) { return seen(32, pick(e, 300, 1000, 4000)); },
        {{"no ring", [=](effort) { return seen(0, 50); }}}};
}

finding count_false_alarms(std::size_t quanta) {
    finding found;
    for (const values of : {values::uniform, values::lognormal}) {
        watch64 w;
        honest_gaps market(1, of);
        for (std::size_t n = 0; n < quanta; ++n) w.observe(market.quantum());
        const std::uint64_t alarms = w.price_gap_alarms() + w.rotation_alarms();
        found += {quanta, alarms, 1e6 * static_cast<double>(alarms) / static_cast<double>(quanta),
                  fmt::format("{} alarms in {} honest quanta, {} values", alarms, quanta, name_of(of))};
    }
    return found;
}

/// Of the same values, what a ring of half pays less than if it were none, in percent of what all pay; with a reserve at the median
/// of the prices, or none.
finding ring_gain(effort e, bool with_reserve) {
    finding found;
    for (const values of : {values::uniform, values::lognormal}) {
        std::vector<price> prices;
        ring_market before(7, of);
        for (int n = 0; n < 10'000; ++n) prices.push_back(before.quantum(0)->payment);
        std::nth_element(prices.begin(), prices.begin() + 5000, prices.end());
        const price reserve = with_reserve ? prices[5000] : 0;
        ring_market honest(8, of, reserve), rigged(8, of, reserve);
        double all = 0, less = 0;
        for (std::size_t n = 0; n < pick(e, 20'000, 100'000, 400'000); ++n) {
            const std::optional<award> fair = honest.quantum(0), won = rigged.quantum(32);
            if (fair) all += fair->payment;
            if (won && fair) less += double{1} * fair->payment - won->payment;
        }
        const double percent = 100 * less / all;
        found += {1, percent > 5 ? std::uint64_t{1} : 0, percent,
                  fmt::format("{} values: a ring of half pays {:.1f} % of all payments less", name_of(of), percent)};
    }
    return found;
}

finding small_rings(effort e) {
    finding found;
    for (const values of : {values::uniform, values::lognormal}) {
        const auto all = quanta_until_seen(of, 16, ring::best_bids, pick(e, 10, 40, 200), 20'000);
        const auto unseen = static_cast<std::uint64_t>(std::count(all.begin(), all.end(), 20'000));
        found += {all.size(), unseen, 100.0 * static_cast<double>(unseen) / static_cast<double>(all.size()),
                  fmt::format("{} values: a ring of 16 of 64 is not seen within 20,000 quanta in {} of {} runs",
                              name_of(of), unseen, all.size())};
    }
    return found;
}

finding turns(std::uint32_t members, ring how, effort e, int most) {
    finding found;
    for (const values of : {values::uniform, values::lognormal}) {
        const watch64 before = learnt(of);
        ring_market market(5, of);
        for (std::size_t run = 0; run < pick(e, 3, 10, 40); ++run) {
            watch64 w = before;
            int n = 0;
            while (n < most && w.rotation_alarms() == 0) {
                w.observe(*market.quantum(members, how));
                ++n;
            }
            found += {1, w.rotation_alarms() == 0 ? std::uint64_t{1} : 0, static_cast<double>(n), {}};
        }
    }
    return found;
}

}  // namespace

std::vector<claim> claims_on_rings() {
    constexpr int most = 40'000;
    return {
        half_the_market(values::uniform, 400),
        half_the_market(values::lognormal, 1000),
        {"rings",
         "false_alarms",
         "Honest markets raise at most one alarm in a million quanta.",
         "64 bidders, uniform and lognormal values, both alarms",
         1,
         "alarms in 10^6 quanta",
         [](effort e) { return count_false_alarms(pick(e, 4'000'000, 10'000'000, 100'000'000)); },
         {{"half the market is a ring",
           [](effort) {
               watch64 w = learnt(values::uniform);
               ring_market market(4, values::uniform);
               for (int n = 0; n < 10'000; ++n) w.observe(*market.quantum(32));
               return finding{10'000, w.price_gap_alarms(), 100.0 * static_cast<double>(w.price_gap_alarms()), {}};
           }}}},
        {"rings",
         "members_that_take_turns",
         "A ring of 16 or 32 of 64 whose members take turns is seen within 30,000 quanta.",
         "the ring's best value is bid by the member whose turn it is, until it wins; the longest run",
         30'000,
         "quanta",
         [](effort e) {
             finding found = turns(32, ring::takes_turns, e, most);
             return found += turns(16, ring::takes_turns, e, most);
         },
         {{"the best of the ring bids, whoever it is", [](effort e) { return turns(32, ring::best_bids, e, most); }}}},
        {"rings",
         "reserve_at_the_median",
         "With a reserve at the median price, a ring of half the market pays 5 % less at most.",
         "64 bidders, uniform and lognormal values; the reserve is the median of what an honest market pays",
         5,
         "% of all payments",
         [](effort e) { return ring_gain(e, true); },
         {{"no reserve", [](effort e) { return ring_gain(e, false); }}}},
        {"rings",
         "a_ring_of_a_quarter",
         "A ring of a quarter of the market is mostly not seen.",
         "the same market, a ring of 16 of 64, 20,000 quanta; runs without an alarm",
         {},
         "% of runs",
         small_rings,
         {}},
        {"rings",
         "four_that_take_turns",
         "A ring of four of 64 that takes turns is mostly not seen.",
         "the same market, 40,000 quanta; the longest run",
         {},
         "quanta",
         [](effort e) { return turns(4, ring::takes_turns, e, most); },
         {}},
    };
}

}  // namespace maxwell::audit
