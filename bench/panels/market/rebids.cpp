// SPDX-License-Identifier: MIT
//
// From submit to post: how long the host takes from an agent's bid to the outcome that tells it, against how many other agents have
// bid again since the last quantum. Each of them is one more insert, so there is a number at which a microsecond no longer suffices.

#include "panels/market/rebids.hpp"

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
constexpr std::uint32_t units = 1000;
constexpr std::uint32_t counts[] = {1, 2, 4, 8, 16, 32, 64, 128, 256};
constexpr double promised_ns = 1000;

price any_price(std::mt19937_64& random) { return static_cast<price>(1000 + random() % 1'000'000); }

/// A market of one lane with a ledger, all of whose agents wait.
template <class A>
class submit_to_post {
public:
    submit_to_post() {
        for (std::uint32_t a = 0; a < agents; ++a) {
            market_->accounts().open(a, {1u << 30, std::uint64_t{1} << 60, 0}, 0);
            market_->admit(a, {0, a, 1, true});
            board_->admit(a);
            market_->offer({a, any_price(random_), units});
            market_->wake(a, 0);
        }
    }

    /// Ticks from the last of `bids` submissions of a quantum until its award is posted.
    latency_histogram<> const& run(std::size_t quanta, std::uint32_t bids) {
        ticks_ = {};
        for (std::size_t q = 0; q < quanta; ++q) {
            for (std::uint32_t n = 1; n < bids; ++n) submit();
            now_ns_ += 100'000;
            const std::uint64_t begin = ticks_begin();
            submit();
            market_->take(*board_, bids);
            const decision d = market_->decide(0, now_ns_);
            if (const auto paid = market_->charge(0, units, 0)) outcomes_->post(*paid);
            ticks_.record(ticks_end() - begin);
            idle_ += d.run ? 0 : 1;
        }
        return ticks_;
    }

    /// Decisions that nobody won: there must be none, or something else was measured.
    std::size_t idle() const { return idle_; }

private:
    void submit() { board_->submit({random_() % agents, any_price(random_), units}); }

    std::unique_ptr<market<A, 1, ledger<agents>>> market_ = std::make_unique<market<A, 1, ledger<agents>>>();
    std::unique_ptr<bid_board<agents>> board_ = std::make_unique<bid_board<agents>>();
    std::unique_ptr<outcome_board<agents>> outcomes_ = std::make_unique<outcome_board<agents>>();
    std::mt19937_64 random_{1};
    std::uint64_t now_ns_ = 0;
    std::size_t idle_ = 0;
    latency_histogram<> ticks_;
};

template <class A>
void measure(std::string const& name, panel_context const& at, panel_result& found) {
    const auto owned = std::make_unique<submit_to_post<A>>();
    submit_to_post<A>& loop = *owned;
    loop.run(2000, 16);
    panel_line p50{name + ", p50", {}, {}};
    panel_line p99{name + ", p99", {}, {}};
    std::uint32_t most = 0;
    for (const std::uint32_t bids : counts) {
        latency_histogram<> const& h = loop.run(at.full ? 200'000 : 20'000, bids);
        const double half_ns = at.clock.ns(h.percentile(500'000));
        const double tail_ns = at.clock.ns(h.percentile(990'000));
        p50.x.push_back(bids);
        p50.y.push_back(half_ns);
        p99.x.push_back(bids);
        p99.y.push_back(tail_ns);
        if (tail_ns < promised_ns) most = bids;
        found.tables[0].rows.push_back({fmt::format("{}, {} bids", name, bids), fmt::format("{:.0f}", half_ns),
                                        fmt::format("{:.0f}", tail_ns),
                                        fmt::format("{:.0f}", at.clock.ns(h.percentile(999'000)))});
    }
    found.charts[0].lines.push_back(p50);
    found.charts[0].lines.push_back(p99);
    found.tables[1].rows.push_back({name, fmt::format("{}", most)});
    found.goals.push_back({name, "from submit to post at p99 below 1 us with 16 bids a quantum",
                           fmt::format("up to {} bids", most), most >= 16 ? verdict::met : verdict::missed});
    if (loop.idle() != 0) found.notes.push_back(fmt::format("{}: {} decisions without a winner.", name, loop.idle()));
}

}  // namespace

panel_result run_rebids(panel_context const& at) {
    panel_result found;
    found.tables = {
        {"From submit to post, ns: 1,000 agents, one lane, ledger",
         {"market, bids a quantum", "p50", "p99", "p999"},
         {},
         fmt::format("The last bid's submission, take, decide, charge and post, on one core; the clock's own {:.0f} ns "
                     "included. From another core the cache line of a bid comes on top (ring/board).",
                     at.clock.floor_ns())},
        {"How many bids a quantum stay below 1 us at p99, of 1, 2, 4, ... 256", {"market", "bids"}, {}, ""}};
    found.charts = {{"From submit to post", "agents that bid again in a quantum", "ns", {}, true, true, false}};
    measure<tournament_tree<agents>>("tournament_tree", at, found);
    at.progress(0.5, "tournament_tree");
    measure<stratified_buckets<agents>>("stratified_buckets", at, found);
    return found;
}

}  // namespace maxwell::bench
