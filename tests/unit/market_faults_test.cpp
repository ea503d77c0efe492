// SPDX-License-Identifier: MIT
//
// A market among everything that goes wrong, in simulated time: agents that die, flood and misreport, stale ids, an agent retired while
// it runs, offers for running agents, clocks that jump, prices that storm, a page of prices that is garbage, watts that are misread,
// lanes that are shut, arrival numbers that run out. After every call the market equals a flat table's decisions.
//
// A failing seed is named; MAXWELL_FAULT_SEED=n runs that seed alone, MAXWELL_FAULT_SEEDS=n so many.

#include "support/reference_market.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/explain.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/sim/engine.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace maxwell::test {
namespace {

constexpr std::uint32_t lane_count = 3;
constexpr std::uint32_t core_count = 2;
constexpr std::uint32_t slots = 10;
constexpr std::uint32_t accounts = 4;

/// What all runs together have gone through: a run in which nothing happens proves nothing.
struct coverage {
    std::uint64_t by_outcome[5];
    std::uint64_t switches;
    std::uint64_t refused;
};
coverage seen{};

enum class event : std::uint8_t { quantum_of_core_0, quantum_of_core_1, agent_acts, host_acts };

template <class A, class Order>
class fault_run {
public:
    using market_type = market<A, lane_count, ledger<accounts>, core_count>;

    explicit fault_run(std::uint64_t seed) : run_(seed), now_(run_.draw() >> run_.below(64)) {
        ref_.by_owner = prices_by_owner<A>;
        if constexpr (prices_by_owner<A>) ref_.owner_size = slots / static_cast<std::uint32_t>(A::groups());
        // Arrival numbers that soon run out. The market has no way in for that, so its containers are laid over.
        const std::uint64_t first_arrival = run_.one_in(2) ? 0 : ~std::uint64_t{0} - run_.below(200);
        for (std::size_t l = 0; l < lane_count; ++l) const_cast<A&>(m_.auctions().lane(l)) = A(first_arrival);
        for (std::uint32_t a = 0; a < accounts; ++a)
            m_.accounts().open(a, {run_.below(5000), 100 + run_.below(1u << 20), 50}, now_);
        ref_.renewals = run_.below(4);
        m_.shares({1 + run_.below(50), 1u << (10 + run_.below(21)), 1 + run_.below(100)}, ref_.renewals);
        run_.at(0, event::quantum_of_core_0);
        run_.at(50, event::quantum_of_core_1);
        run_.at(1, event::agent_acts);
        run_.at(2, event::host_acts);
    }

    /// Runs so many events; a number that stands for all decisions.
    std::uint64_t play(std::size_t events) {
        for (std::size_t n = 0; n < events && !::testing::Test::HasFatalFailure(); ++n) {
            const event e = *run_.next();
            now_ += run_.one_in(50) ? 0 : run_.below(100'000);
            if (run_.one_in(300))
                now_ = run_.one_in(2) ? now_ - run_.below(1u << 30) : now_ + (run_.draw() >> run_.below(40));
            switch (e) {
                case event::quantum_of_core_0:
                    quantum(0);
                    break;
                case event::quantum_of_core_1:
                    quantum(1);
                    break;
                case event::agent_acts:
                    agent_acts();
                    break;
                case event::host_acts:
                    host_acts();
                    break;
            }
            run_.after(e == event::agent_acts  ? 20 + run_.below(40)
                       : e == event::host_acts ? 150 + run_.below(200)
                                               : 100,
                       e);
            check();
        }
        for (std::size_t why = 0; why < 5; ++why)
            seen.by_outcome[why] += m_.counts().decisions(static_cast<quiet>(why));
        for (std::size_t l = 0; l < lane_count; ++l) seen.switches += m_.counts().lane(l).waits_ns.count();
        seen.refused += m_.counts().refused();
        return digest_;
    }

private:
    /// What only tiers have: above the last lower edge nobody wins.
    price amount() {
        const auto any = static_cast<price>(run_.draw() >> (32 + run_.below(32)));
        return Order::traits.winner == fidelity::exact ? any : any >> 2;
    }

    agent_id any_id() { return make_agent_id(run_.below(slots + 1), run_.below(4)); }
    agent_id known_id() {
        if (ref_.agents.empty()) return any_id();
        return std::next(ref_.agents.begin(), run_.below(static_cast<std::uint32_t>(ref_.agents.size())))->first;
    }

    /// What a paying agent's offer counts for, from the balance that the market's ledger shows now.
    price worth(agent_id id) const {
        auto const& a = ref_.agents.at(id);
        if (!a.as.pays) return m_.sharers().amount(slot_of(id));
        const std::uint64_t balance = m_.accounts().balance(a.as.account);
        return static_cast<price>(std::min<std::uint64_t>(a.offered, balance / a.units));
    }

    /// After a change of an agent: its bid is as new as the change, if it has one.
    void follow(agent_id id) {
        ref_.follow_share(id);
        if (ref_.waits(ref_.agents.at(id))) ref_.enter(id, worth(id));
    }

    /// ok exactly for those that have a seat.
    void answer(status got, agent_id id) {
        const bool lives = ref_.agents.count(id) != 0;
        ASSERT_EQ(got == status::ok, lives) << "agent " << id;
    }

    void offer() {
        bid b{run_.one_in(10) ? any_id() : known_id(), amount(), run_.one_in(8) ? 0 : 1 + run_.below(1000)};
        answer(m_.offer(b), b.agent);
        const auto it = ref_.agents.find(b.agent);
        if (it == ref_.agents.end()) return;
        it->second.offered = b.amount;
        it->second.units = b.units;
        follow(b.agent);
    }

    void agent_acts() {
        if (!run_.one_in(20)) return offer();
        for (std::uint32_t n = 0; n < 10; ++n) offer();  // a flood
    }

    void host_acts() {
        const agent_id id = run_.one_in(10) ? any_id() : known_id();
        switch (run_.below(12)) {
            case 0:
            case 1:
            case 2:
                admit();
                break;
            case 3:
                retire(id);
                break;
            case 4:
            case 5:
            case 6:
                wake(id);
                break;
            case 7:
                block(id);
                break;
            case 8:
                move(id);
                break;
            case 9:
                reprice();
                break;
            case 10:
                power();
                break;
            default:
                if (ref_.closed || run_.one_in(16)) m_.close(ref_.closed = !ref_.closed);
        }
    }

    void admit() {
        const std::uint32_t slot = run_.below(slots + 1);
        const agent_id id = make_agent_id(slot, newest_[slot]);
        const standing as{run_.below(lane_count + 1), run_.below(accounts + 1), run_.below(20), run_.one_in(2)};
        const status got = m_.admit(id, as);
        const bool known = as.lane < lane_count && (!as.pays || as.account < accounts) && slot < slots;
        if (!known) {
            EXPECT_NE(got, status::ok);
            return;
        }
        if (ref_.agents.count(id) != 0) {
            EXPECT_EQ(got, status::ok);
            return;
        }
        if (retired_.count(id) != 0) {
            ASSERT_EQ(got, status::stale_agent);
            ++newest_[slot];
            return;
        }
        ASSERT_EQ(got, status::ok);
        ref_.admit(id, {as.lane, as.account, std::max(as.weight, 1u), as.pays});
        if (run_.one_in(3)) ++newest_[slot];  // the next to come displaces this one
        if (!run_.one_in(4)) wake(id);
    }
    void retire(agent_id id) {
        answer(m_.retire(id), id);
        if (ref_.agents.count(id) == 0) return;
        ref_.retire(id);
        retired_[id] = true;
    }
    void wake(agent_id id) {
        const bool changes = ref_.agents.count(id) != 0 && !ref_.agents.at(id).may_run;
        answer(m_.wake(id, now_), id);
        if (!changes) return;
        ref_.agents.at(id).may_run = true;
        since_[id] = static_cast<std::uint32_t>(now_ >> 8);
        follow(id);
    }
    void block(agent_id id) {
        answer(m_.block(id), id);
        if (ref_.agents.count(id) == 0) return;
        ref_.agents.at(id).may_run = false;
        ref_.follow_share(id);
    }
    void move(agent_id id) {
        const std::uint32_t lane = run_.below(lane_count + 1);
        const status got = m_.move(id, lane);
        if (lane == lane_count) {
            EXPECT_NE(got, status::ok);
            return;
        }
        answer(got, id);
        if (ref_.agents.count(id) == 0 || ref_.agents.at(id).as.lane == lane) return;
        ref_.agents.at(id).as.lane = lane;
        follow(id);
    }

    /// A price storm, and now and then a page on which somebody has scribbled.
    void reprice() {
        price_schedule<lane_count> s;
        s.begin(now_ - run_.below(1u << 25), run_.one_in(3) ? amount() >> 8 : run_.below(20));
        for (std::uint32_t l = 0; l < lane_count; ++l) {
            multiplier_q16 steps[price_schedule<lane_count>::steps];
            for (auto& m : steps) m = static_cast<multiplier_q16>(run_.draw() >> (40 + run_.below(23))) | 1u;
            if (!run_.one_in(4)) s.set(l, steps, unit_multiplier);
            if (run_.one_in(10)) s.line(l).multiplier_q16[run_.below(10)] = static_cast<std::uint32_t>(run_.draw());
        }
        m_.schedule(s);
        ref_.prices = s;
    }
    void power() {
        ref_.cap_mw = run_.one_in(8) ? run_.below(2) * 0xFFFF'FFFFu : 10'000 + run_.below(100'000);
        for (auto& mw : ref_.lane_mw) mw = run_.below(60'000);
        if (!ref_.capped) ref_.begin_power();
        m_.power(ref_.cap_mw, ref_.lane_mw);
    }

    void charge(std::uint32_t c) {
        const std::uint64_t used = run_.one_in(20) ? run_.below(1u << 20) : run_.below(1000);
        const std::uint32_t mw =
            run_.one_in(30) ? static_cast<std::uint32_t>(run_.draw()) : run_.below(60'000);  // a sensor's fault
        const std::uint64_t revenue = m_.accounts().revenue();
        auto& k = ref_.cores[c];
        std::uint64_t balance = 0;
        if (k.won) balance = m_.accounts().balance(account_[c]);
        const std::optional<award> paid = m_.charge(c, used, mw);
        ASSERT_EQ(paid.has_value(), k.won.has_value());
        if (!paid) return;
        ASSERT_EQ(paid->winner, (bid{k.won->winner.agent, k.won->winner.amount, static_cast<std::uint32_t>(used)}));
        const std::uint64_t due = k.pays ? std::min(used * k.won->payment, balance) : 0;
        ASSERT_EQ(m_.accounts().revenue() - revenue, due);
        const bool in_full = due == used * k.won->payment;  // or what the account had left
        ASSERT_EQ(paid->payment, !k.pays ? 0 : in_full ? k.won->payment : due / used);
        k.drawn_mw = std::min<std::int64_t>(k.drawn_mw + mw, 0xFFFF'FFFF);
        ref_.use(c, static_cast<double>(used));
    }

    void quantum(std::uint32_t c) {
        if (!run_.one_in(15)) charge(c);
        if (run_.one_in(15)) charge(c);
        // Lags change only with charges and with agents that come and go, so these are the bids that the rotation will make.
        std::optional<price> bonus;
        if (run_.one_in(2)) bonus = amount() >> 4;
        check_preemptions(c, bonus.value_or(0));
        const std::optional<agent_id> lowered = ref_.next_lowered();  // before the core's agent waits again
        if (auto const& won = ref_.cores[c].won) {
            const auto it = ref_.agents.find(won->winner.agent);
            if (it != ref_.agents.end() && it->second.core == c && it->second.may_run)
                since_[it->first] = static_cast<std::uint32_t>(now_ >> 8);
        }
        const std::optional<agent_id> again = ref_.end_quantum(c);
        for (const agent_id id : ref_.rotation()) {
            auto const& a = ref_.agents.at(id);
            const price fresh = m_.sharers().amount(slot_of(id));
            if (ref_.waits(a) && id != again && a.entered != fresh) ref_.enter(id, fresh);
        }
        const decision d = bonus ? m_.decide(c, now_, *bonus) : m_.decide(c, now_);
        // An account is brought up to the time of the decision, so what it backs is known afterwards.
        if (lowered && ref_.agents.at(*lowered).entered != worth(*lowered)) ref_.enter(*lowered, worth(*lowered));
        std::optional<incumbent_with_bonus> incumbent;
        if (again) {
            ref_.enter(*again, worth(*again));
            if (bonus && !ref_.closed) incumbent = {*again, *bonus};
        }
        const auto expected = ref_.decide(c, now_, incumbent);
        check_record(c, d, again);
        ASSERT_EQ(d.why, expected.why);
        ASSERT_EQ(d.run.has_value(), expected.won.has_value());
        if (!d.run) return;
        ASSERT_EQ(d.run->winner, expected.won->won.winner);
        ASSERT_EQ(d.run->payment, expected.won->won.payment);
        ASSERT_EQ(d.lane, expected.won->lane);
        ASSERT_LE(d.run->payment, d.run->winner.amount);
        ASSERT_GE(d.run->payment, m_.auctions().lane(d.lane).reserve());
        account_[c] = ref_.agents.at(d.run->winner.agent).as.account;
        digest_ = digest_ * 1'000'003 + d.run->winner.agent * 31 + d.run->payment;
    }

    /// Who would take core `c` from what runs there, by worth across lanes; reserves don't count.
    void check_preemptions(std::uint32_t c, price bonus) {
        auto const& won = ref_.cores[c].won;
        const auto runs = won ? ref_.agents.find(won->winner.agent) : ref_.agents.end();
        const bool stays =
            runs != ref_.agents.end() && runs->second.core == c && runs->second.may_run && runs->second.units != 0;
        for (auto const& [id, a] : ref_.agents) {
            bool takes = ref_.waits(a);
            if (takes && stays) {
                const std::uint64_t raised =
                    std::min<std::uint64_t>(std::uint64_t{worth(runs->first)} + bonus, ~price{0});
                takes = std::uint64_t{a.entered} * m_.auctions().multiplier(runs->second.as.lane) >
                        raised * m_.auctions().multiplier(a.as.lane);
            }
            ASSERT_EQ(m_.preempts(c, id, bonus), takes) << "agent " << id;
        }
        const agent_id any = any_id();
        ASSERT_TRUE(ref_.agents.count(any) != 0 || !m_.preempts(c, any, bonus)) << "agent " << any;
    }

    /// What a decision on core `c` leaves in the tally. `again`: what ran there bids again.
    void check_record(std::uint32_t c, decision const& d, std::optional<agent_id> again) {
        decision_record expected{now_, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(c), d.why, false};
        if (d.run) {
            expected.agent = d.run->winner.agent;
            expected.amount = d.run->winner.amount;
            expected.payment = d.run->payment;
            expected.lane = static_cast<std::uint8_t>(d.lane);
            expected.switched = again != d.run->winner.agent;
            const std::uint32_t steps = static_cast<std::uint32_t>(now_ >> 8) - since_[d.run->winner.agent];
            expected.waited_ns = steps >> 31 != 0 ? 0 : std::uint64_t{steps} << 8;
        }
        ASSERT_EQ(m_.counts().last(0), expected);
    }

    /// What the host is told of an agent, by the words of `verdict`.
    verdict told(agent_id id) const {
        auto const& a = ref_.agents.at(id);
        if (!a.may_run) return verdict::blocked;
        if (a.core) return verdict::running;
        if (a.units == 0) return verdict::no_offer;
        const price reserve = m_.auctions().lane(a.as.lane).reserve();
        const bool lowered = a.as.pays && a.entered < a.offered && a.offered >= reserve;
        if (lowered && (a.entered < reserve || a.entered == 0)) return verdict::no_credit;
        if (a.entered < reserve) return verdict::below_reserve;
        if ((m_.auctions().shut() >> a.as.lane & 1u) != 0) return verdict::lane_shut;
        return m_.auctions().top()->won.winner.agent == id ? verdict::next : verdict::outbid;
    }

    /// In the order of slots, as power_bids() lists them.
    void check_bids() {
        power_bid bids[slots] = {};
        const std::size_t count = power_bids(m_, bids);
        std::map<std::uint32_t, agent_id> by_slot;
        for (auto const& [id, a] : ref_.agents) by_slot[slot_of(id)] = id;
        std::size_t n = 0;
        for (auto const& [slot, id] : by_slot) {
            auto const& a = ref_.agents.at(id);
            if (!a.may_run || a.units == 0) continue;
            const price amount = a.core ? worth(id) : a.entered;
            ASSERT_EQ(m_.amount(slot), amount) << "agent " << id;
            ASSERT_EQ(bids[n].mw, ref_.lane_mw[a.as.lane]);
            ASSERT_EQ(bids[n++].amount, amount);
        }
        ASSERT_EQ(n, count);
    }

    void check() {
        ASSERT_TRUE(m_.check_invariants());
        ledger<accounts> const& money = m_.accounts();
        ASSERT_EQ(money.opened() + money.refilled(), money.balances() + money.revenue() + money.forfeited());
        std::uint32_t running[slots] = {};
        for (std::size_t c = 0; c < core_count; ++c) {
            ASSERT_EQ(m_.on_core(c).has_value(), ref_.cores[c].won.has_value());
        }
        check_bids();
        for (auto const& [id, a] : ref_.agents) {
            const std::uint32_t slot = slot_of(id);
            running[slot] += a.core.has_value();
            ASSERT_LE(running[slot], 1u);
            ASSERT_EQ(explain(m_, id), told(id)) << "agent " << id;
            std::optional<bid> in;
            if (ref_.waits(a)) in = bid{id, a.entered, a.units};
            ASSERT_EQ(m_.auctions().lane(a.as.lane).find(id), in) << "agent " << id;
            if (!a.as.pays) {
                ASSERT_NEAR(static_cast<double>(m_.sharers().lag(slot)), a.lag, 1.5 + std::abs(a.lag) * 1e-6)
                    << "agent " << id;
            }
        }
    }

    sim::engine<event> run_;
    std::uint64_t now_;
    std::unique_ptr<market_type> owned_ = std::make_unique<market_type>();
    market_type& m_ = *owned_;
    reference_market<Order, lane_count, core_count> ref_;
    std::uint32_t newest_[slots + 1] = {};
    std::map<agent_id, bool> retired_;
    std::map<agent_id, std::uint32_t> since_;  ///< when it began to wait, in steps of 256 ns
    std::uint32_t account_[core_count] = {};
    std::uint64_t digest_ = 0;
};

template <class A, class Order>
std::uint64_t play(std::uint64_t seed, std::size_t events) {
    return std::make_unique<fault_run<A, Order>>(seed)->play(events);
}

/// Each seed with one of the containers.
std::uint64_t play(std::uint64_t seed) {
    constexpr std::size_t events = 1500;
    using coarse = log_linear_tiers<2>;
    switch (seed % 4) {
        case 0:
            return play<tournament_tree<slots>, exact_order>(seed, events);
        case 1:
            return play<stratified_buckets<slots, coarse>, tier_order<coarse>>(seed, events);
        case 2:
            return play<lazy_heap<slots>, exact_order>(seed, events);
        default:
            return play<by_owner<tournament_tree<slots, 5>>, exact_order>(seed, events);
    }
}

std::uint64_t number_from(char const* variable, std::uint64_t otherwise) {
    char const* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(market_faults, a_market_equals_its_reference_model_under_all_faults) {
    if (const std::uint64_t only = number_from("MAXWELL_FAULT_SEED", 0)) return void(play(only));
    const std::uint64_t seeds = number_from("MAXWELL_FAULT_SEEDS", scaled(1000));
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        play(seed);
        if (HasFailure()) FAIL() << "replay with MAXWELL_FAULT_SEED=" << seed;
    }
    std::printf(
        "%llu seeds: %llu awards (%llu switches), idle %llu, reserve %llu, power %llu, closed %llu; %llu offers "
        "refused\n",
        static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(seen.by_outcome[0]),
        static_cast<unsigned long long>(seen.switches), static_cast<unsigned long long>(seen.by_outcome[1]),
        static_cast<unsigned long long>(seen.by_outcome[2]), static_cast<unsigned long long>(seen.by_outcome[3]),
        static_cast<unsigned long long>(seen.by_outcome[4]), static_cast<unsigned long long>(seen.refused));
    for (const std::uint64_t n : seen.by_outcome) EXPECT_GT(n, seeds);
    EXPECT_GT(seen.by_outcome[0], seen.switches + seeds) << "incumbents that keep their core";
    EXPECT_GT(seen.switches, 10 * seeds);
    EXPECT_GT(seen.refused, seeds);
}

TEST(market_faults, a_seed_replays_exactly) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        EXPECT_EQ(play(seed), play(seed));
        EXPECT_NE(play(seed), play(seed + 4));
    }
}

}  // namespace
}  // namespace maxwell::test
