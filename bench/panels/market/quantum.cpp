// SPDX-License-Identifier: MIT
//
// A whole quantum: charge, post, take, decide, on a market of two lanes with a ledger and a power cap, 1,000 agents. Beside it what the
// parts cost by themselves, and what the rest of the machine's work does to the caches in between.

#include "panels/market/quantum.hpp"

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/core/latency_histogram.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/outcome_board.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace maxwell::bench {
namespace {

constexpr std::uint32_t agents = 1000;
constexpr std::size_t lanes_in_use = 2;
constexpr std::uint32_t units = 1000;

price any_price(std::mt19937_64& random) { return static_cast<price>(1000 + random() % 1'000'000); }

/// What else runs on the machine between two quanta: so many bytes are read and written.
class other_work {
public:
    explicit other_work(std::size_t bytes) : junk_(bytes) {}
    void run() {
        for (std::size_t i = 0; i < junk_.size(); i += 64) ++junk_[i];
        asm volatile("" : : "r"(junk_.data()) : "memory");
    }

private:
    std::vector<unsigned char> junk_;
};

template <class A>
class whole_quantum {
public:
    whole_quantum() {
        price_schedule<lanes_in_use> prices;
        prices.begin(0, 100);
        for (std::uint32_t l = 0; l < lanes_in_use; ++l) prices.set(l, unit_multiplier * (l + 1), unit_multiplier);
        market_->schedule(prices);
        constexpr std::uint32_t watts[] = {10'000, 10'000};
        market_->power(20'000, watts);
        for (std::uint32_t a = 0; a < agents; ++a) {
            market_->accounts().open(a, {1u << 30, std::uint64_t{1} << 60, 0}, 0);
            market_->admit(a, {a % static_cast<std::uint32_t>(lanes_in_use), a, 1, true});
            board_->admit(a);
            market_->offer({a, any_price(random_), units});
            market_->wake(a, 0);
        }
    }

    /// Ticks of `quanta` quanta, each with `bids` fresh bids and so much other work before it.
    latency_histogram<> const& run(std::size_t quanta, std::uint32_t bids, other_work& between) {
        ticks_ = {};
        for (std::size_t q = 0; q < quanta; ++q) {
            for (std::uint32_t n = 0; n < bids; ++n) board_->submit({random_() % agents, any_price(random_), units});
            between.run();
            now_ns_ += 100'000;
            const std::uint64_t begin = ticks_begin();
            if (const auto paid = market_->charge(0, units, 10'000)) outcomes_->post(*paid);
            market_->take(*board_, 16);
            const decision d = market_->decide(0, now_ns_);
            const std::uint64_t end = ticks_end();
            if (!d.run) ++idle_;
            ticks_.record(end - begin);
        }
        return ticks_;
    }

    /// Decisions that nobody won: there must be none, or something else was measured.
    std::size_t idle() const { return idle_; }

private:
    std::unique_ptr<market<A, lanes_in_use, ledger<agents>>> market_ =
        std::make_unique<market<A, lanes_in_use, ledger<agents>>>();
    std::unique_ptr<bid_board<agents>> board_ = std::make_unique<bid_board<agents>>();
    std::unique_ptr<outcome_board<agents>> outcomes_ = std::make_unique<outcome_board<agents>>();
    std::mt19937_64 random_{1};
    std::uint64_t now_ns_ = 0;
    std::size_t idle_ = 0;
    latency_histogram<> ticks_;
};

/// The median of `quanta` times `step`, less the clock's own.
template <class Step>
double median_ns(clock_facts const& clock, std::size_t quanta, Step step) {
    const auto ticks = std::make_unique<latency_histogram<>>();
    for (std::size_t q = 0; q < quanta; ++q) ticks->record(step());
    return clock.ns(ticks->percentile(500'000)) - clock.floor_ns();
}

struct parts_ns {
    double drain, auctions, tops, post;
    double sum() const { return drain + auctions + tops + post; }
};

/// The same operations on the same structures, each kind by itself.
template <class A>
parts_ns measure_parts(clock_facts const& clock, std::size_t quanta, std::uint32_t bids) {
    std::mt19937_64 random(1);
    const auto board = std::make_unique<bid_board<agents>>();
    const auto lane = std::make_unique<A>();
    const auto outcomes = std::make_unique<outcome_board<agents>>();
    for (std::uint32_t a = 0; a < agents; ++a) {
        board->admit(a);
        if (a % lanes_in_use == 0) lane->insert({a, any_price(random), units});
    }
    bid got[16] = {};
    award won = *lane->extract_max();
    parts_ns p{};
    p.drain = median_ns(clock, quanta, [&] {
        for (std::uint32_t n = 0; n < bids; ++n) board->submit({random() % agents, any_price(random), units});
        std::size_t count = 0;
        const std::uint64_t begin = ticks_begin();
        board->drain([&](bid const& b) { got[count++] = b; }, 16);
        return ticks_end() - begin;
    });
    p.auctions = median_ns(clock, quanta, [&] {  // the offers, the re-entry of what ran, and the award
        bid in[8];
        for (std::uint32_t n = 0; n < bids; ++n) in[n] = {random() % (agents / 2) * 2, any_price(random), units};
        in[bids] = won.winner;
        const std::uint64_t begin = ticks_begin();
        for (std::uint32_t n = 0; n <= bids; ++n) lane->insert(in[n]);
        won = *lane->extract_max();
        return ticks_end() - begin;
    });
    p.tops = lanes_in_use * median_ns(clock, quanta, [&] {
                 const std::uint64_t begin = ticks_begin();
                 const auto best = lane->top();
                 asm volatile("" : : "g"(best->payment));
                 return ticks_end() - begin;
             });
    p.post = median_ns(clock, quanta, [&] {
        const award paid{{random() % agents, 5, units}, 3};
        const std::uint64_t begin = ticks_begin();
        outcomes->post(paid);
        return ticks_end() - begin;
    });
    return p;
}

judged_goal at_most(std::string who, std::string what, double limit, double measured) {
    return {std::move(who), fmt::format("{}: at most {:.6g} ns", what, limit), fmt::format("{:.0f} ns", measured),
            measured <= limit ? verdict::met : verdict::missed};
}

template <class A>
void measure(std::string const& name, std::vector<double> const& limits, panel_context const& at, panel_result& found) {
    const auto owned = std::make_unique<whole_quantum<A>>();
    whole_quantum<A>& market = *owned;
    const std::size_t quanta = at.full ? 1'000'000 : 200'000;
    other_work none(0);
    const std::uint32_t bids[] = {0, 1, 4};
    market.run(quanta / 10, 4, none);
    panel_table& warm = found.tables[0];
    for (std::size_t i = 0; i < 3; ++i) {
        latency_histogram<> const& h = market.run(quanta, bids[i], none);
        const double p50 = at.clock.ns(h.percentile(500'000));
        const double p99 = at.clock.ns(h.percentile(990'000));
        const double p999 = at.clock.ns(h.percentile(999'000));
        const parts_ns parts = measure_parts<A>(at.clock, quanta / 4, bids[i]);
        const double ratio = (p50 - at.clock.floor_ns()) / parts.sum();
        warm.rows.push_back(
            {fmt::format("{}, {} bids", name, bids[i]), fmt::format("{:.0f}", p50), fmt::format("{:.0f}", p99),
             fmt::format("{:.0f}", p999), fmt::format("{:.0f}", parts.drain), fmt::format("{:.0f}", parts.auctions),
             fmt::format("{:.0f}", parts.tops), fmt::format("{:.0f}", parts.post), fmt::format("{:.2f}", ratio)});
        found.goals.push_back(
            at_most(name, fmt::format("a quantum with {} bids, p50, timer included", bids[i]), limits[i], p50));
        if (i != 2) continue;
        found.goals.push_back(at_most(name, "a quantum with 4 bids, p99", 400, p99));
        found.goals.push_back(at_most(name, "a quantum with 4 bids, p999", 1000, p999));
        found.goals.push_back({name, "a quantum with 4 bids against its parts: at most 1.25",
                               fmt::format("{:.2f}", ratio), ratio <= 1.25 ? verdict::met : verdict::missed});
    }
    at.progress(0.5, name);
    for (const bool last_level : {false, true}) {
        other_work sweep(last_level ? std::size_t{64} << 20 : std::size_t{2} << 20);
        latency_histogram<> const& h = market.run(last_level ? 150 : 4000, 4, sweep);
        const double p50 = at.clock.ns(h.percentile(500'000));
        const double p99 = at.clock.ns(h.percentile(990'000));
        found.tables[1].rows.push_back({fmt::format("{}, {}", name, last_level ? "64 MB between" : "2 MB between"),
                                        fmt::format("{:.0f}", p50), fmt::format("{:.0f}", p99)});
        if (last_level) {
            found.goals.push_back(at_most(name, "4 bids, all of the last level swept, p50", 3000, p50));
        } else {
            found.goals.push_back(at_most(name, "4 bids, L1 and L2 swept, p50", 450, p50));
            found.goals.push_back(at_most(name, "4 bids, L1 and L2 swept, p99", 800, p99));
        }
    }
    if (market.idle() != 0)
        found.notes.push_back(fmt::format("{}: {} decisions without a winner.", name, market.idle()));
}

}  // namespace

panel_result run_quanta(panel_context const& at) {
    panel_result found;
    found.tables = {
        {"A quantum of a market, ns: 1,000 agents, two lanes, ledger, power cap, counts",
         {"market", "p50", "p99", "p999", "drain", "inserts, extract", "two tops", "post", "whole / parts"},
         {},
         fmt::format(
             "charge, post, take, decide; the clock's own {:.0f} ns included. The parts are medians of the same "
             "operations by themselves, without the clock; what is left is seats, ledger, prices, cap and counts.",
             at.clock.floor_ns())},
        {"The same with four bids, and other work between quanta, ns", {"market", "p50", "p99"}, {}, ""}};
    measure<tournament_tree<agents>>("tournament_tree", {70, 100, 170}, at, found);
    measure<stratified_buckets<agents>>("stratified_buckets", {80, 100, 190}, at, found);
    return found;
}

}  // namespace maxwell::bench
