// SPDX-License-Identifier: MIT

#include "harness/differential.hpp"

#include "fuzz/sampler_targets.hpp"
#include "harness/lottery_law.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace maxwell::bench {
namespace {

/// Nothing but a table of bids and loops over it.
class scanned_bids {
public:
    struct entry {
        bid live{0, 0, 0};  ///< units 0: none
        std::uint64_t arrival = 0;
    };

    scanned_bids(amount_order const& order, std::size_t capacity) : order_(order), entry_(capacity) {}

    entry& operator[](agent_id id) { return entry_[slot_of(id)]; }
    void insert(bid b) { entry_[slot_of(b.agent)] = {b, arrivals_++}; }
    void update_price(price p) { reserve_ = p; }
    price reserve() const { return order_.reserve(reserve_); }
    std::size_t size() const {
        return static_cast<std::size_t>(
            std::count_if(entry_.begin(), entry_.end(), [](entry const& e) { return e.live.units != 0; }));
    }

    /// The best eligible bid other than `without`'s.
    entry const* best(entry const* without = nullptr) const {
        entry const* found = nullptr;
        for (entry const& e : entry_) {
            if (e.live.units == 0 || &e == without || rank(e) < order_.reserve_rank(reserve_)) continue;
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
        return std::max(reserve(), order_.lower_edge(rank(*rival) + (later ? 1 : 0)));
    }

    std::uint64_t rank(entry const& e) const { return order_.rank(e.live.amount); }

private:
    amount_order const& order_;
    std::vector<entry> entry_;
    std::uint64_t arrivals_ = 0;
    price reserve_ = 0;
};

/// Says in `why` what was wrong with `won`, if anything.
bool is_right(std::optional<award> const& won, scanned_bids& bids, structure_info const& info, std::string& why) {
    auto const* best = bids.best();
    if (best == nullptr || !won) {
        if (best == nullptr && !won) return true;
        why = best == nullptr ? "it names a winner where no bid is eligible"
                              : "it names no winner where a bid is eligible";
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

/// Holds `a`, which is empty and has `capacity` slots, to what `info` says, for so many operations.
bool differential(subject& a, structure_info const& info, amount_order const& order, std::size_t capacity,
                  int operations, std::string& why) {
    scanned_bids bids(order, capacity);
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
            if (a.insert(b) != status::ok) return why = "insert refuses a bid", fail(i);
        } else if (dice < 60) {
            const agent_id id = below(capacity);
            const status expected = bids[id].live.units != 0 ? status::ok : status::no_bid;
            if (a.expire(id) != expected) return why = "expire answers wrongly", fail(i);
            bids[id].live.units = 0;
        } else if (dice < 62) {
            const price p = below(3) == 0 ? 0 : amount(phase);
            bids.update_price(p);
            a.update_price(p);
        } else if (dice < 80) {
            if (!is_right(a.top(), bids, info, why)) return fail(i);
        } else {
            const std::optional<award> won = a.extract_max();
            if (!is_right(won, bids, info, why)) return fail(i);
            if (won) bids[won->winner.agent].live.units = 0;
        }
        if (a.size() != bids.size()) return why = "size is wrong", fail(i);
    }
    if (info.keeps_generations) {
        a.insert({make_agent_id(0, 1), 1, 1});
        if (a.insert({make_agent_id(0, 0), 1, 1}) != status::stale_agent) {
            return why = "a bid of a departed agent is taken", false;
        }
    }
    return true;
}

/// Random bytes as operations, every rule against its oracle under the same draws: the body of the fuzzer.
bool samplers_equal_their_oracles(std::string& why) {
    std::mt19937_64 random(5);
    for (int input = 0; input < 200; ++input) {
        std::vector<std::uint8_t> bytes(1 + 8 * 60);
        for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
        if (char const* fault = test::run_sampler_targets(bytes.data(), bytes.size())) return why = fault, false;
    }
    return true;
}

}  // namespace

bool passes_differential(structure_info const& info, reference_order const& reference, subject& of_10, subject& of_1000,
                         std::string& why) {
    if (info.from == origin::harness) return true;
    if (info.order == fidelity::sampled) {
        if (info.from == origin::maxwell) return samplers_equal_their_oracles(why);
        return keeps_lottery_law(of_10, 10, 20'000, why) && keeps_lottery_law(of_1000, 1000, 20'000, why);
    }
    const int most = reference.operations;
    return differential(of_10, info, reference.order, 10, std::min(most, 20'000), why) &&
           differential(of_1000, info, reference.order, 1000, std::min(most, 5'000), why);
}

}  // namespace maxwell::bench
