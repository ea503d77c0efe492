// SPDX-License-Identifier: MIT
//
// The host's market of the VM bridge: drains each party's cells, awards, posts outcomes, publishes prices. What a party writes into its
// memory reaches its own bids and nothing else.

#pragma once

#include "border_memory.hpp"

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/outcome_board.hpp>
#include <maxwell/thermal/price_page.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace maxwell::bridge {

constexpr std::size_t agents = 1024;
constexpr std::size_t lanes = 4;
using cells = bid_cells<agents>;
using outcomes = outcome_board<agents>;
using prices = price_page<lanes>;

inline std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                      std::chrono::nanoseconds(1));
}

/// One agent with memory of its own: cells that it writes, outcomes and prices that only the host writes.
struct party {
    party(std::string called, way through, std::uint32_t slot, border_memory<cells> c, border_memory<outcomes> o,
          border_memory<prices> p)
        : name(std::move(called)),
          by(through),
          id(make_agent_id(slot, 1)),
          board(std::move(c)),
          won(std::move(o)),
          shown(std::move(p)) {
        reader.admit(*board, id);
        won->begin(id);
    }

    static std::unique_ptr<party> create(std::string const& name, way by, std::uint32_t slot, region_error& why) {
        auto c = border_memory<cells>::create(name + " cells", by, sharing::read_write, why);
        auto o = border_memory<outcomes>::create(name + " outcomes", by, sharing::read_only, why);
        auto p = border_memory<prices>::create(name + " prices", by, sharing::read_only, why);
        if (!c || !o || !p) return nullptr;
        return std::make_unique<party>(name, by, slot, std::move(*c), std::move(*o), std::move(*p));
    }

    /// Has an agent written anything that the host has not seen yet?
    bool waits() const { return reader.pending(*board); }

    std::string name;
    way by;
    agent_id id;
    border_memory<cells> board;
    border_memory<outcomes> won;
    border_memory<prices> shown;
    board_reader<agents> reader;
    outcome expected{};  ///< what has been posted: the host's own count
    std::uint64_t bids = 0;
    bool is_served = true;  ///< a host may let a party wait; its bids stay on its board
};

class market {
public:
    party& add(std::unique_ptr<party> p) { return *parties_.emplace_back(std::move(p)); }

    /// One quantum: bids of all whose turn it is are taken in, and sold until none is left.
    void serve() {
        for (auto const& p : parties_) {
            if (!p->is_served) continue;
            p->bids += p->reader.drain(
                *p->board, [&](bid const& b) { auction_->insert(b); }, budget);
        }
        while (const auto award = auction_->extract_max()) post(*award);
        if (++quanta_ % 256 == 0) keep_time();
    }

    /// A bid that came by a message. What it pays; nothing if another has outbid it.
    std::optional<price> sell(bid const& b) {
        auction_->insert(b);
        const auto award = auction_->extract_max();
        if (!award || award->winner.agent != b.agent) return std::nullopt;
        return award->payment;
    }

    /// Do the auction, each reader and each price page hold their invariants, and does each outcome board say what was posted?
    bool whole() const {
        bool holds = auction_->check_invariants() && wrong_awards_ == 0;
        for (auto const& p : parties_) {
            outcome seen{};
            holds = holds && p->reader.check_invariants() && p->shown->check_invariants() &&
                    p->won->read(p->id, seen) == status::ok && seen == p->expected;
        }
        return holds;
    }

    std::uint64_t quanta() const { return quanta_; }
    /// Of 256 quanta, and the clock is read once in them.
    std::uint64_t longest_pause_ns() const { return longest_ns_; }
    void forget_pause() {
        longest_ns_ = 0;
        last_ns_ = now_ns();
    }

private:
    static constexpr std::size_t budget = 64;

    void post(award const& a) {
        for (auto const& p : parties_) {
            if (p->id != a.winner.agent) continue;
            if (a.payment > a.winner.amount || p->won->post(a) != status::ok) break;
            ++p->expected.awards;
            p->expected.units += a.winner.units;
            p->expected.payments += std::uint64_t{a.winner.units} * a.payment;
            p->expected.last_price = a.payment;
            return;
        }
        ++wrong_awards_;
    }

    void keep_time() {
        const std::uint64_t now = now_ns();
        if (last_ns_ != 0 && now - last_ns_ > longest_ns_) longest_ns_ = now - last_ns_;
        last_ns_ = now;
        if (now < next_prices_ns_) return;
        next_prices_ns_ = now + 5'000'000;
        price_schedule<lanes> next;
        next.begin(now, 100);
        for (std::size_t lane = 0; lane < lanes; ++lane) next.set(lane, 2 * unit_multiplier, 8 * unit_multiplier);
        for (auto const& p : parties_) p->shown->publish(next);
    }

    std::vector<std::unique_ptr<party>> parties_;
    std::unique_ptr<stratified_buckets<agents>> auction_ = std::make_unique<stratified_buckets<agents>>();
    std::uint64_t quanta_ = 0;
    std::uint64_t wrong_awards_ = 0;
    std::uint64_t last_ns_ = 0;
    std::uint64_t longest_ns_ = 0;
    std::uint64_t next_prices_ns_ = 0;
};

}  // namespace maxwell::bridge
