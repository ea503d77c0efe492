// SPDX-License-Identifier: MIT
//
// Fifteen operations, each `rounds` times in a function whose name begins with counted_: callgrind counts what runs inside.
// operations NAME runs one; without a name it lists them.

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/probabilistic_sampler.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/ledger.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/outcome_board.hpp>
#include <maxwell/ring/spsc_ring.hpp>
#include <maxwell/thermal/plane.hpp>
#include <maxwell/thermal/price_schedule.hpp>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <string_view>

namespace {

using namespace maxwell;

constexpr std::uint32_t agents = 1000;
constexpr int rounds = 2000;
constexpr std::uint32_t units = 1000;

std::mt19937_64 dice{1};  // the same bids on every machine
price amounts[rounds];
std::uint32_t slots[rounds];

void keep(std::uint64_t value) { asm volatile("" : : "r"(value) : "memory"); }

/// Replace a bid, extract the best with its payment, insert it again.
template <class A>
[[gnu::noinline]] void counted_quantum(A& a) {
    for (int i = 0; i < rounds; ++i) {
        a.insert({slots[i], amounts[i], units});
        const auto won = a.extract_max();
        keep(won->payment);
        a.insert({won->winner.agent, amounts[rounds - 1 - i], units});
    }
}

template <class A>
void quantum_of() {
    static A a;
    for (std::uint32_t s = 0; s < agents; ++s) a.insert({s, amounts[s], units});
    counted_quantum(a);
}

[[gnu::noinline]] void counted_hold(stratified_buckets<agents>& a) {
    for (int i = 0; i < rounds; ++i) {
        const auto won = a.extract_max();
        a.insert({won->winner.agent, amounts[i], units});
    }
}

void hold() {
    static stratified_buckets<agents> a;
    for (std::uint32_t s = 0; s < agents; ++s) a.insert({s, amounts[s], units});
    counted_hold(a);
}

[[gnu::noinline]] void counted_update_price(tournament_tree<agents>& a) {
    for (int i = 0; i < rounds; ++i) a.update_price(amounts[i]);
    keep(a.reserve());
}

void update_price() {
    static tournament_tree<agents> a;
    counted_update_price(a);
}

template <class Source>
[[gnu::noinline]] void counted_submit(Source& source) {
    for (int i = 0; i < rounds; ++i) source.submit({slots[i], amounts[i], units});
}

template <class Source>
[[gnu::noinline]] void counted_drain(Source& source) {
    for (int i = 0; i < rounds; ++i) source.drain([](bid const& b) { keep(b.amount); }, 16);
}

bid_board<agents>& board() {
    static const auto b = [] {
        auto made = std::make_unique<bid_board<agents>>();
        for (std::uint32_t s = 0; s < agents; ++s) made->admit(s);
        return made;
    }();
    return *b;
}

void submit() { counted_submit(board()); }

void drain() {
    auto& b = board();
    for (int i = 0; i < rounds; ++i) b.submit({slots[i], amounts[i], units});
    counted_drain(b);
}

[[gnu::noinline]] void counted_push_and_drain(spsc_ring<bid, 64>& ring) {
    for (int i = 0; i < rounds; ++i) {
        ring.try_push({slots[i], amounts[i], units});
        ring.drain([](bid const& b) { keep(b.amount); }, 1);
    }
}

void push_and_drain() {
    static spsc_ring<bid, 64> ring;
    counted_push_and_drain(ring);
}

[[gnu::noinline]] void counted_look_up(price_schedule<2> const& prices) {
    for (int i = 0; i < rounds; ++i) keep(prices.reserve(1, static_cast<std::uint64_t>(i) << 13));
}

void look_up() {
    price_schedule<2> prices;
    prices.begin(0, 100);
    prices.set(1, 3 * unit_multiplier, 2 * unit_multiplier);
    counted_look_up(prices);
}

using small_plane = plane<3, 128, 2, 4>;

[[gnu::noinline]] void counted_step(small_plane& p) {
    for (int i = 1; i <= rounds; ++i) {
        const milliwatts drawn[] = {milliwatts(p.die(0).cap_mw()), milliwatts(p.die(1).cap_mw())};
        keep(p.step(static_cast<std::uint64_t>(i) * 1'000'000, drawn));
    }
}

/// Two dies on one sink, and four lanes.
void step_plane() {
    plane_settings<3, 2, 4> s{};
    s.die[0] = {{{30'000, 2'000}, {120'000, 1'000'000}, {200'000, 22'900'000}}};
    s.die[1] = {{{20'000, 5'000}, {50'000, 500'000}, {200'000, 22'900'000}}};
    for (auto& die : s.die) die.idle_mw = 30'000, die.max_mw = 240'000;
    s.coupling[0][1] = s.coupling[1][0] = {200'000, 22'900'000};
    s.lane[0] = {lane_kind::feeding, 0};
    s.lane[3] = {lane_kind::device, 1};
    static auto p = *small_plane::create(s, 0);
    counted_step(p);
}

using small_market = market<stratified_buckets<agents>, 2, ledger<agents>>;

/// Charge, post, take no more than four bids, decide. One function for all numbers of bids, so that all are the same code.
[[gnu::noinline]] void counted_market(small_market& m, bid_board<agents>& b, outcome_board<agents>& o,
                                      std::uint64_t now_ns) {
    if (const auto paid = m.charge(0, units, 0)) o.post(*paid);
    m.take(b, 4);
    keep(m.decide(0, now_ns).lane);
}

template <int Bids>
void whole_market() {
    static const auto m = std::make_unique<small_market>();
    for (std::uint32_t a = 0; a < agents; ++a) {
        m->accounts().open(a, {1u << 30, std::uint64_t{1} << 60, 0}, 0);
        m->admit(a, {a % 2, a, 1, true});
        m->offer({a, amounts[a], units});
        m->wake(a, 0);
    }
    static const auto outcomes = std::make_unique<outcome_board<agents>>();
    for (int i = 0; i < rounds; ++i) {  // what agents do isn't the host's, and isn't counted
        for (int n = i * Bids; n < (i + 1) * Bids; ++n) board().submit({slots[n % rounds], amounts[n % rounds], units});
        counted_market(*m, board(), *outcomes, (static_cast<std::uint64_t>(i) + 1) * 100'000);
    }
}

struct operation {
    std::string_view name;
    void (*run)();
};

constexpr operation operations[] = {
    {"quantum/stratified_buckets", quantum_of<stratified_buckets<agents>>},
    {"quantum/adaptive_tiers", quantum_of<stratified_buckets<agents, adaptive_tiers<256>>>},
    {"quantum/tournament_tree", quantum_of<tournament_tree<agents>>},
    {"quantum/lazy_heap", quantum_of<lazy_heap<agents>>},
    {"quantum/gumbel_rule", quantum_of<probabilistic_sampler<agents>>},
    {"hold/stratified_buckets", hold},
    {"update_price/tournament_tree", update_price},
    {"submit/bid_board", submit},
    {"drain/bid_board", drain},
    {"push_and_drain/spsc_ring", push_and_drain},
    {"look_up/price_schedule", look_up},
    {"step/plane", step_plane},
    {"quantum/market", whole_market<1>},
    {"quantum/market_without_bids", whole_market<0>},
    {"quantum/market_with_4_bids", whole_market<4>},
};

}  // namespace

int main(int argc, char** argv) {
    for (int i = 0; i < rounds; ++i) {
        amounts[i] = static_cast<price>(1 + dice() % 1'000'000);
        slots[i] = static_cast<std::uint32_t>(dice() % agents);
    }
    for (operation const& one : operations) {
        if (argc < 2) {
            std::printf("%s\n", one.name.data());
        } else if (one.name == argv[1]) {
            one.run();
            return 0;
        }
    }
    return argc < 2 ? 0 : 2;
}
