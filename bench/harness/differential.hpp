// SPDX-License-Identifier: MIT
//
// The differential test: every structure against a linear scan, before its time is believed.
//
// Random bids, withdrawals, reserves and decisions go to both. The winner must be a best bid, as the agent last made it, and
// the very one where the structure says that it keeps arrival order; the payment must be the best other bid's, or the
// critical price where the structure says so; after an extraction both go on without that winner. Lotteries have a law instead:
// lottery_law.hpp.

#pragma once

#include "cases/structures.hpp"
#include "fuzz/sampler_targets.hpp"
#include "panels/lottery_law.hpp"
#include "peers/naive_auction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace maxwell::bench {

/// Nothing but a table of bids and loops over it.
template <class Order>
class scanned_bids {
public:
    struct entry {
        bid live{0, 0, 0};  ///< units 0: none
        std::uint64_t arrival = 0;
    };

    explicit scanned_bids(std::size_t capacity) : entry_(capacity) {}

    entry& operator[](agent_id id) { return entry_[slot_of(id)]; }
    void insert(bid b) { entry_[slot_of(b.agent)] = {b, arrivals_++}; }
    void update_price(price p) { reserve_ = p; }
    price reserve() const { return Order::reserve(reserve_); }
    std::size_t size() const {
        return static_cast<std::size_t>(
            std::count_if(entry_.begin(), entry_.end(), [](entry const& e) { return e.live.units != 0; }));
    }

    /// The best eligible bid other than `without`'s.
    entry const* best(entry const* without = nullptr) const {
        entry const* found = nullptr;
        for (entry const& e : entry_) {
            if (e.live.units == 0 || &e == without || rank(e) < Order::reserve_rank(reserve_)) continue;
            if (found == nullptr || rank(e) > rank(*found) || (rank(e) == rank(*found) && e.arrival < found->arrival)) {
                found = &e;
            }
        }
        return found;
    }

    price payment(entry const& winner, bool critical) const {
        entry const* rival = best(&winner);
        if (rival == nullptr) return reserve();
        const bool later = critical && winner.arrival > rival->arrival && rank(winner) > rank(*rival);
        return std::max(reserve(), Order::lower_edge(rank(*rival) + (later ? 1 : 0)));
    }

    static std::uint64_t rank(entry const& e) { return Order::rank(e.live.amount); }

private:
    std::vector<entry> entry_;
    std::uint64_t arrivals_ = 0;
    price reserve_ = 0;
};

/// Says in `why` what was wrong with `won`, if anything.
template <class Order>
bool is_right(std::optional<award> const& won, scanned_bids<Order>& bids, structure_info const& info,
              std::string& why) {
    auto const* best = bids.best();
    if (best == nullptr || !won) {
        if (best == nullptr && !won) return true;
        why = best == nullptr ? "somebody wins though nobody may" : "nobody wins though somebody may";
        return false;
    }
    if (slot_of(won->winner.agent) != won->winner.agent) return why = "the winner is no agent", false;
    auto const& winner = bids[won->winner.agent];
    if (!(winner.live == won->winner)) return why = "the winner's bid is not the one that it made last", false;
    if (bids.rank(winner) != bids.rank(*best)) {
        why = fmt::format("{} wins, {} is higher", winner.live.amount, best->live.amount);
        return false;
    }
    if (info.keeps_fifo && &winner != best) return why = "an equal bid had arrived earlier", false;
    const price due = bids.payment(winner, info.critical_payment);
    if (won->payment != due) why = fmt::format("the winner pays {}, due are {}", won->payment, due);
    return won->payment == due;
}

template <class Order, class A>
bool differential(structure_info const& info, std::size_t capacity, int operations, std::string& why) {
    const auto a = make_structure<A>(capacity);
    scanned_bids<Order> bids(capacity);
    std::mt19937_64 random(capacity);
    const auto below = [&](std::uint64_t n) { return random() % n; };
    const auto amount = [&](int phase) -> price {  // few values, all values, extremes
        if (phase == 0) return static_cast<price>(below(8));
        return phase == 1 ? static_cast<price>(random()) : static_cast<price>(below(2) == 0 ? 0 : 0xFFFF'FFFFu);
    };
    const auto fail = [&](int i) {
        why = fmt::format("{} (operation {}, capacity {})", why, i, capacity);
        return false;
    };
    for (int i = 0; i < operations; ++i) {
        const int phase = i * 3 / operations;
        const auto dice = below(100);
        if (dice < 50) {
            const bid b{below(capacity), amount(phase), static_cast<std::uint32_t>(1 + below(9))};
            bids.insert(b);
            if (a->insert(b) != status::ok) return why = "insert refuses a bid", fail(i);
        } else if (dice < 60) {
            const agent_id id = below(capacity);
            const status expected = bids[id].live.units != 0 ? status::ok : status::no_bid;
            if (a->expire(id) != expected) return why = "expire answers wrongly", fail(i);
            bids[id].live.units = 0;
        } else if (dice < 62) {
            const price p = below(3) == 0 ? 0 : amount(phase);
            bids.update_price(p);
            a->update_price(p);
        } else if (dice < 80) {
            if (!is_right(a->top(), bids, info, why)) return fail(i);
        } else {
            const std::optional<award> won = a->extract_max();
            if (!is_right(won, bids, info, why)) return fail(i);
            if (won) bids[won->winner.agent].live.units = 0;
        }
        if (a->size() != bids.size()) return why = "size is wrong", fail(i);
    }
    if (info.keeps_generations) {
        a->insert({make_agent_id(0, 1), 1, 1});
        if (a->insert({make_agent_id(0, 0), 1, 1}) != status::stale_agent) {
            return why = "a bid of a departed agent is taken", false;
        }
    }
    return true;
}

/// Random bytes as operations, every rule against its oracle under the same draws: the body of the fuzzer.
inline bool samplers_equal_their_oracles(std::string& why) {
    std::mt19937_64 random(5);
    for (int input = 0; input < 200; ++input) {
        std::vector<std::uint8_t> bytes(1 + 8 * 60);
        for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
        if (char const* fault = test::run_sampler_targets(bytes.data(), bytes.size())) return why = fault, false;
    }
    return true;
}

/// The whole test of one entry of the list of structures.
template <class Entry>
bool passes_differential(std::string& why) {
    const auto run = [&]<std::size_t Capacity>(int operations) {
        using A = typename Entry::template type<Capacity>;
        if constexpr (requires { typename Entry::boundaries; }) {
            // As far as boundaries stay where they began; tests/contract has an oracle that moves them too.
            return differential<tier_order<typename Entry::boundaries>, A>(Entry::info, Capacity, 1'000, why);
        } else if (Entry::info.order == fidelity::tier) {
            return differential<tier_order<>, A>(Entry::info, Capacity, operations, why);
        }
        return differential<exact_order, A>(Entry::info, Capacity, operations, why);
    };
    if constexpr (Entry::info.from == origin::harness) return true;
    if constexpr (Entry::info.from == origin::own && Entry::info.order == fidelity::sampled) {
        using A = typename Entry::template type<0>;
        return keeps_lottery_law<A>(10, 20'000, why) && keeps_lottery_law<A>(1000, 20'000, why);
    }
    if constexpr (Entry::info.from == origin::maxwell && Entry::info.order == fidelity::sampled) {
        return samplers_equal_their_oracles(why);
    }
    return run.template operator()<10>(20'000) && run.template operator()<1000>(5'000);
}

}  // namespace maxwell::bench
