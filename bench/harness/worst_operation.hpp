// SPDX-License-Identifier: MIT
//
// The most expensive single operation of a container with 10,000 live bids, in instructions: far from the wrap of its arrival
// counter, and while the counter wraps and bids are numbered anew.
//
// The counter starts so that it wraps 51 inserts after the last agent has entered. Then all agents have to be numbered anew,
// which takes at most as many inserts. The rounds about its beginning are counted operation by operation, and every 100th of the
// others: with equal amounts the beginning is the worst case, since the two bids that are numbered first are the two best ones,
// which stand at the most nodes.

#pragma once

#include "cases/distributions.hpp"
#include "cases/workloads.hpp"
#include "harness/single_step.hpp"
#include "harness/worst_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::bench {

/// A round of all operations, each counted when `counted`.
template <class A>
void run_stepped_round(single_stepper const& stepper, A& a, bid_stream& s, bool counted) {
    const auto each = [&](stepped_kind kind, auto f) {
        if (counted) {
            stepper.count(kind, f);
        } else {
            f();
        }
    };
    const bid rebid{s.any_agent(), s.amount(), 1};
    const bid comeback{s.any_agent(), s.amount(), 1};
    std::optional<award> won;
    each(stepped_insert, [&]() noexcept { keep(a.insert(rebid)); });
    each(stepped_top, [&]() noexcept { keep(a.top()); });
    each(stepped_extract_max, [&]() noexcept {
        won = a.extract_max();
        keep(won);
    });
    if (won) {
        const bid again{won->winner.agent, s.amount(), 1};
        each(stepped_insert, [&]() noexcept { keep(a.insert(again)); });
    }
    each(stepped_expire, [&]() noexcept { keep(a.expire(comeback.agent)); });
    each(stepped_insert, [&]() noexcept { keep(a.insert(comeback)); });
}

template <class A>
worst_of_each worst_from(distribution amounts, std::uint64_t first_arrival, std::size_t rounds) {
    constexpr std::size_t stride = 100;
    const auto counted = single_stepper::run([&](single_stepper const& stepper) {
        const auto a = std::make_unique<A>(first_arrival);
        feed bids(amounts, worst_spec::agents, worst_spec::agents);
        enter_next(*a, bids, worst_spec::agents);
        for (std::size_t i = 0; i < rounds; ++i) {
            bid_stream s = bids.open();
            run_stepped_round(stepper, *a, s, (i >= 10 && i < 35) || i % stride == 0);
            bids.close(s);
        }
    });
    worst_of_each worst;
    worst.fill(-1);
    for (stepped_operation const& o : counted) {
        long& w = worst[static_cast<std::size_t>(o.kind)];
        w = o.instructions > w ? o.instructions : w;
    }
    return worst;
}

template <class A>
worst_costs measure_worst(distribution amounts) {
    return {worst_from<A>(amounts, 0, 35), worst_from<A>(amounts, ~std::uint64_t{0} - worst_spec::agents - 50, 3500)};
}

}  // namespace maxwell::bench
