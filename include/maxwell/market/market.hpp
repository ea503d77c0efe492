// SPDX-License-Identifier: MIT
//
// market: one quantum, end to end, in the words of a scheduler. The other headers of this folder are its parts.
//
//     agents ──bids──▶ take ──▶ seats ──▶ lanes ──▶ decide ──▶ the scheduler runs it ──▶ charge ──▶ ledger, shares, counts
//     host: wake, block, move ────┘         ▲
//     price schedule, power cap ────────────┘
//
//     for each core, each quantum:  paid = m.charge(core, used, mw);  if (paid) outcomes.post(*paid);
//                                   m.take(board, 16);
//                                   next = m.decide(core, now, bonus);
//
// decide puts what ran on the core back, renews the bids of a few sharers, takes out the lanes whose watts don't fit what the power
// cap has left, and awards the best bid of the others at its critical price. charge debits the units that were used, not those
// that were asked for. Nothing flows back.
//
// Truthful, quantum by quantum: which bids take part, lanes, multipliers, reserves, allowances, shares and balances are all fixed
// before bids are compared. An agent that pays does best by bidding its value; the limits over time are in docs/market.md.
//
// Invariants
//   1. A bid is in an auction exactly when its agent is waiting and its offer has units, and then in its agent's lane.
//   2. A core holds one award at most, and an agent is on one core at most.
//   3. What ran stays charged to its account, lane and price, whatever became of its agent.
//   4. The all-zero object has no agents, one price, no power cap, and is open.
//
//     admit .. move, offer, adopt   one container operation, and a division for a sharer; take: so many for each bid
//     decide                        Lanes tops, an extract, an insert, and an insert for each renewal
//     charge, preempts, amount      O(1)
//
// One writer at a time: the caller has the lock, as with a run queue.

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/rotation.hpp>
#include <maxwell/core/view.hpp>
#include <maxwell/market/decision.hpp>
#include <maxwell/market/fair_share.hpp>
#include <maxwell/market/lanes.hpp>
#include <maxwell/market/ledger.hpp>
#include <maxwell/market/power_gate.hpp>
#include <maxwell/market/seats.hpp>
#include <maxwell/market/take_together.hpp>
#include <maxwell/market/tally.hpp>
#include <maxwell/ring/bid_source.hpp>
#include <maxwell/thermal/price_schedule.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint8_t, uint32_t, uint64_t
#include <optional>     // awards
#include <type_traits>  // is_same

namespace maxwell {

template <multi_unit_auction A, std::size_t Lanes = 1, class Accounts = free_of_charge, std::size_t Cores = 1>
class market {
    static constexpr std::size_t agents = A::capacity();
    static_assert(Cores > 0 && Cores <= seats<agents>::max_cores);

public:
    static constexpr std::size_t capacity() noexcept { return agents; }
    static constexpr std::size_t cores() noexcept { return Cores; }
    static constexpr std::size_t lane_count() noexcept { return Lanes; }

    // --- agents come and go ------------------------------------------------------------------------------------------------

    /// Gives `id` its seat, blocked: wake it when it may run. An older agent of the slot is retired. `ok` and no change if it has the
    /// seat already. `unknown_agent`, `stale_agent` as in seats.hpp; `unknown_lane`, `unknown_account` (not open) likewise change
    /// nothing. A sharer wants one unit at a time until it offers otherwise.
    constexpr status admit(agent_id id, standing const& as) noexcept {
        if (as.lane >= Lanes) return status::unknown_lane;
        if (as.pays && !accounts_.is_open(as.account)) return status::unknown_account;
        const status held = seats_.holds(id);
        if (held == status::ok || held == status::stale_agent || slot_of(id) >= agents) return held;
        const std::uint32_t slot = slot_of(id);
        if (seats_[slot].state != seat_state::vacant) retire(seats_.holder(slot));
        const status given = seats_.admit(id, static_cast<std::uint8_t>(as.lane), as.account, as.pays);
        if (given != status::ok || as.pays) return given;
        shares_.begin(slot, as.weight);
        return seats_.offer({id, 0, 1});
    }

    /// The agent has left, and its id is stale from now on. If it is on a core, what it uses there can still be charged.
    constexpr status retire(agent_id id) noexcept { return leave(id, true); }

    /// An agent that waits in `other` moves here, with its offer and for how long it has waited; what it lacks of its share there goes to
    /// those that it leaves. Its id may go back later. `no_bid` if it doesn't wait there; `stale_agent` if it has a seat here; or
    /// as admit(). The caller holds both markets. steal.hpp finds the agent.
    constexpr status adopt(market& other, agent_id id) noexcept {
        if (other.seats_.state(id) != seat_state::waiting) return status::no_bid;
        if (seats_.holds(id) == status::ok) return status::stale_agent;
        const std::uint32_t slot = slot_of(id);
        const seat s = other.seats_[slot];
        const status given = admit(id, {s.lane, s.account, other.shares_.weight(slot), s.pays});
        if (given != status::ok) return given;
        other.leave(id, false);
        seats_.offer({id, s.amount, s.units});
        seats_.wake(id, s.since);
        follow(slot);
        return status::ok;
    }

    // --- what the host sees ------------------------------------------------------------------------------------------------

    /// The agent may run: its last offer goes in. `unknown_agent` or `stale_agent` if it has no seat, also below.
    constexpr status wake(agent_id id, std::uint64_t now_ns) noexcept {
        if (seats_.state(id) != seat_state::blocked) return seats_.holds(id);
        now_ns_ = now_ns;
        seats_.wake(id, steps(now_ns_));
        follow(slot_of(id));
        return status::ok;
    }

    /// The agent may not run: its bid goes out. If it is on a core, it doesn't bid again after its quantum.
    constexpr status block(agent_id id) noexcept {
        const status held = seats_.holds(id);
        if (held != status::ok) return held;
        withdraw(slot_of(id));
        seats_.block(id);
        follow(slot_of(id));
        return status::ok;
    }

    /// The agent is of another class, as the host has observed. Its bid goes to that lane as a new arrival. `unknown_lane`.
    constexpr status move(agent_id id, std::uint32_t lane) noexcept {
        const status held = seats_.holds(id);
        if (held != status::ok) return held;
        if (lane >= Lanes) return status::unknown_lane;
        if (lane == seats_[slot_of(id)].lane) return status::ok;
        withdraw(slot_of(id));
        seats_.move(id, static_cast<std::uint8_t>(lane));
        follow(slot_of(id));
        return status::ok;
    }

    /// The newest prices, in force from the next decision on.
    constexpr void schedule(price_schedule<Lanes> const& s) noexcept {
        schedule_ = s;
        priced_step_ = 0;
    }

    /// These lanes, as bits, go before the others (lanes.hpp), while a plane says so for what feeds a device.
    constexpr void prefer(std::uint32_t lane_bits) noexcept { lanes_.prefer(lane_bits); }
    /// This market may draw `cap_mw`, and an agent of lane l draws lane_mw[l], as the host has measured (power_gate.hpp).
    constexpr void power(std::uint32_t cap_mw, view<std::uint32_t const> lane_mw) noexcept {
        gate_.open(cap_mw, lane_mw);
    }

    /// While closed, decide() makes no award; everything else continues.
    constexpr void close(bool closed = true) noexcept { closed_ = closed; }

    /// How agents that don't pay bid, and how many of their bids a decision renews: 4 is enough for 1,000 (docs/market.md).
    constexpr void shares(share_terms const& terms, std::uint32_t renewals) noexcept {
        shares_.terms(terms);
        renewals_ = renewals;
    }

    // --- the quantum -------------------------------------------------------------------------------------------------------

    /// Takes in what agents have bid, at most `budget` bids; returns how many there were. What they need of the market is asked
    /// for before the first of them enters (take_together.hpp). Flattened, as the decision is: with all calls inlined no bid is
    /// copied and no slot checked on the way.
    template <bid_source S>
    [[gnu::__flatten__]] constexpr std::size_t take(S& source, std::size_t budget) noexcept {
        const std::uint64_t before = source.anomalies();
        const auto seat_of = [this](bid const& b) noexcept { seats_.prefetch(slot_of(b.agent)); };
        const auto account_and_lane_of = [this](bid const& b) noexcept {
            if (slot_of(b.agent) >= agents) return;
            accounts_.prefetch(seats_[slot_of(b.agent)].account);
            lanes_.prefetch(seats_[slot_of(b.agent)].lane, slot_of(b.agent));
        };
        const auto enter = [this](bid const& b) noexcept { offer(b); };
        const std::size_t taken = take_together(source, budget, seat_of, account_and_lane_of, enter);
        counts_.count_anomalies(source.anomalies() - before);
        return taken;
    }

    /// The agent's word: `b` is its newest offer from now on; 0 units withdraw it. It is in an auction only while its agent waits.
    constexpr status offer(bid b) noexcept {
        const status held = seats_.holds(b.agent);
        if (held != status::ok) {
            counts_.count_refused();
            return held;
        }
        if (b.units == 0) withdraw(slot_of(b.agent));
        seats_.offer(b);
        follow(slot_of(b.agent));
        return status::ok;
    }

    /// What ran on `core` ends its quantum, and the best bid wins the core. With a `bonus` in ticks per unit, what ran there wins ties,
    /// ranks at its amount + bonus and pays the bonus less (clearing.hpp). No agent, `idle`, if `core` is not below cores(). A clock
    /// that goes back brings no credits, and no wait is negative.
    constexpr decision decide(std::size_t core, std::uint64_t now_ns, price bonus) noexcept {
        return decide_on<true>(core, now_ns, bonus);
    }
    constexpr decision decide(std::size_t core, std::uint64_t now_ns) noexcept {
        return decide_on<false>(core, now_ns, 0);
    }

    /// Charges the agent that runs on `core` for `used_units`, and takes in the power `drawn_mw` over the quantum. Units can be more
    /// than were asked for, and come in several calls. Debits its account. Returns the award as paid, with the units used; nothing if
    /// the last decision awarded no agent. The payment of a sharer is 0. Without a ledger it is the price at which the host may settle.
    constexpr std::optional<award> charge(std::size_t core, std::uint64_t used_units, std::uint32_t drawn_mw) noexcept {
        if (core >= Cores || !core_[core].busy) return std::nullopt;
        core_state const& c = core_[core];
        gate_.drawn(core, drawn_mw);
        award paid = c.won;
        const std::uint32_t slot = slot_of(paid.winner.agent);
        paid.winner.units = used_units < ~std::uint32_t{0} ? static_cast<std::uint32_t>(used_units) : ~std::uint32_t{0};
        std::uint64_t ticks = paid.total();
        if (!c.pays) {
            ticks = paid.payment = 0;
            if (seats_.holds(paid.winner.agent) == status::ok) shares_.used(slot, paid.winner.units);
        } else if constexpr (!std::is_same_v<Accounts, free_of_charge>) {
            ticks = accounts_.debit(c.account, paid.winner.units, paid.payment);
            if (ticks < paid.total()) paid.payment = static_cast<price>(ticks / paid.winner.units);
        }
        counts_.charged(c.lane, paid.winner.units, ticks);
        return paid;
    }

    /// Would `woken`, which waits, win `core` from what runs there if it decided now with this bonus, the reserve aside?
    constexpr bool preempts(std::size_t core, agent_id woken, price bonus) const noexcept {
        if (core >= Cores || seats_.holds(woken) != status::ok || !seats_.bids(slot_of(woken))) return false;
        core_state const& c = core_[core];
        if (!c.busy || seats_.state(c.won.winner.agent) != seat_state::running) return true;
        seat const& runs = seats_[slot_of(c.won.winner.agent)];
        if (runs.units == 0) return true;
        const price raised = lanes_.raised_by(amount(slot_of(c.won.winner.agent)), bonus);
        return lanes_.overcomes(seats_[slot_of(woken)].lane, amount(slot_of(woken)), runs.lane, raised);
    }

    // --- looking: explain.hpp says why an agent runs or doesn't ------------------------------------------------------------

    /// What the agent of `slot`, below capacity(), bids: the bid that is in an auction or, while it runs, the one that it would
    /// enter with its account's last balance. O(1).
    constexpr price amount(std::uint32_t slot) const noexcept {
        seat const& s = seats_[slot];
        if (const std::optional<bid> in = lanes_.lane(s.lane).find(seats_.holder(slot))) return in->amount;
        if (!s.pays) return shares_.amount(slot);
        return accounts_.backed(s.account, {seats_.holder(slot), s.amount, s.units});
    }

    /// The parts, to be looked at; the accounts, to be opened and closed.
    constexpr tally<Lanes> const& counts() const noexcept { return counts_; }
    constexpr seats<agents> const& table() const noexcept { return seats_; }
    constexpr lanes<A, Lanes> const& auctions() const noexcept { return lanes_; }
    constexpr fair_share<agents> const& sharers() const noexcept { return shares_; }
    constexpr power_gate<Lanes, Cores> const& gate() const noexcept { return gate_; }
    constexpr Accounts const& accounts() const noexcept { return accounts_; }
    constexpr Accounts& accounts() noexcept { return accounts_; }

    /// As the container's list_best, of lane `l`, which is below Lanes. Changes nothing that can be seen.
    constexpr std::size_t list_best(std::size_t l, view<award> out) noexcept requires listed_auction<A> {
        return lanes_.lane(l).list_best(out);
    }

    /// The agent that `core`'s last decision awarded it to; nothing if it awarded none, or `core` is not below cores(). O(1).
    constexpr std::optional<award> on_core(std::size_t core) const noexcept {
        return core < Cores && core_[core].busy ? std::optional(core_[core].won) : std::nullopt;
    }

    /// Do the invariants hold? O(Lanes * agents); for tests and assertions.
    constexpr bool check_invariants() const noexcept {
        for (std::uint32_t slot = 0; slot < agents; ++slot) {
            for (std::size_t l = 0; l < Lanes; ++l) {
                const bool in = lanes_.lane(l).find(seats_.holder(slot)).has_value();
                if (in != (seats_.bids(slot) && seats_[slot].lane == l)) return false;
            }
            const seat_state state = seats_[slot].state;
            if (shares_.active(slot) != (state >= seat_state::waiting && seats_[slot].units != 0 && !seats_[slot].pays))
                return false;
            if (lowered_.contains(slot) && !seats_.bids(slot)) return false;
        }
        return lowered_.check_invariants() && seats_.check_invariants() && lanes_.check_invariants() &&
               shares_.check_invariants() && accounts_.check_invariants();
    }

private:
    struct core_state {
        award won;
        std::uint32_t account;
        std::uint8_t lane;
        bool busy;
        bool pays;
    };

    static constexpr std::uint32_t steps(std::uint64_t ns) noexcept { return static_cast<std::uint32_t>(ns >> 8); }

    /// How long the agent of `s` has waited, to 256 ns; 0 if the clock went back.
    constexpr std::uint64_t waited_ns(seat const& s) const noexcept {
        const std::uint32_t waited = steps(now_ns_) - s.since;
        return waited >> 31 != 0 ? 0 : std::uint64_t{waited} << 8;
    }

    /// What the agent of `slot` bids, its account brought up to date.
    constexpr price worth(std::uint32_t slot) noexcept {
        seat const& s = seats_[slot];
        if (!s.pays) return shares_.amount(slot);
        const price backed = accounts_.backed(s.account, {seats_.holder(slot), s.amount, s.units}, now_ns_);
        backed < s.amount ? lowered_.set(slot) : lowered_.clear(slot);
        return backed;
    }

    constexpr void withdraw(std::uint32_t slot) noexcept {
        if (seats_.bids(slot)) lanes_.lane(seats_[slot].lane).expire(seats_.holder(slot)), lowered_.clear(slot);
    }

    /// What the agent of `slot` bids goes in if it waits, and its share begins or ends. After any change of its seat.
    constexpr void follow(std::uint32_t slot) noexcept {
        seat const& s = seats_[slot];
        if (!s.pays) s.units != 0 && s.state >= seat_state::waiting ? shares_.enter(slot) : shares_.leave(slot);
        if (seats_.bids(slot)) lanes_.lane(s.lane).insert({seats_.holder(slot), worth(slot), s.units});
    }

    constexpr status leave(agent_id id, bool for_good) noexcept {
        const status held = seats_.holds(id);
        if (held != status::ok) return held;
        withdraw(slot_of(id));
        if (!seats_[slot_of(id)].pays) shares_.leave(slot_of(id));
        return seats_.vacate(id, for_good);
    }

    /// Renews the bids of a few sharers, and the next one that an account couldn't back: what they lack, or can pay, has grown since.
    constexpr void renew_bids() noexcept {
        for (std::uint32_t n = 0; n < renewals_; ++n) renew(shares_.next_stale());
        renew(lowered_.next());
    }
    constexpr void renew(std::uint32_t slot) noexcept {
        if (slot >= agents || !seats_.bids(slot)) return;
        const bid fresh{seats_.holder(slot), worth(slot), seats_[slot].units};
        A& lane = lanes_.lane(seats_[slot].lane);
        if (lane.find(fresh.agent)->amount != fresh.amount) lane.insert(fresh);
    }

    /// Prices change with the schedule's steps, and nothing in between.
    constexpr void reprice() noexcept {
        const std::uint64_t step = ((now_ns_ - schedule_.start_ns()) >> MAXWELL_PRICE_STEP_SHIFT) + 1;
        if (step == priced_step_) return;
        priced_step_ = step;
        for (std::size_t l = 0; l < Lanes; ++l) {
            lanes_.reprice(l, schedule_.base_price(), schedule_.multiplier(l, now_ns_));
        }
    }

    template <bool WithBonus>
    [[gnu::__flatten__]] constexpr decision decide_on(std::size_t core, std::uint64_t now_ns, price bonus) noexcept {
        if (core >= Cores) return {std::nullopt, 0, quiet::idle};
        now_ns_ = now_ns;
        core_state& c = core_[core];
        const std::uint32_t before = c.busy ? slot_of(c.won.winner.agent) : static_cast<std::uint32_t>(agents);
        renew_bids();  // before what ran waits again: it is in no auction, and entered below
        const bool again = c.busy && seats_.rise(c.won.winner.agent, steps(now_ns_));
        c.busy = false;
        reprice();
        lanes_.shut(gate_.begin(core));
        std::optional<lane_award> won;
        if (WithBonus && again && !closed_) {
            won = lanes_.contest(seats_[before].lane, {seats_.holder(before), worth(before), seats_[before].units},
                                 bonus);
        } else {
            if (again) follow(before);
            if (!closed_) won = lanes_.extract_max();
        }
        if (!won) {
            const quiet unsold = lanes_.shut_lane_would_sell() ? quiet::power : quiet::reserve;
            const quiet why = closed_ ? quiet::closed : lanes_.empty() ? quiet::idle : unsold;
            counts_.decided({now_ns_, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(core), why, false});
            return {std::nullopt, 0, why};
        }
        const std::uint32_t slot = slot_of(won->won.winner.agent);
        seat const& s = seats_[slot];
        lowered_.clear(slot);
        gate_.dispatch(core, won->lane);
        counts_.decided({now_ns_, won->won.winner.agent, won->won.winner.amount, won->won.payment, waited_ns(s), s.lane,
                         static_cast<std::uint8_t>(core), quiet::nothing, !again || slot != before});
        seats_.seat_on(slot, core);
        c = {won->won, s.account, s.lane, true, s.pays};
        return {won->won, won->lane, quiet::nothing};
    }

    seats<agents> seats_;
    lanes<A, Lanes> lanes_;
    Accounts accounts_;
    fair_share<agents> shares_;
    rotation<agents> lowered_;  ///< bids that are in for less than was offered
    price_schedule<Lanes> schedule_;
    core_state core_[Cores] = {};
    power_gate<Lanes, Cores> gate_;
    std::uint64_t now_ns_ = 0;
    std::uint64_t priced_step_ = 0;  ///< plus one; 0: prices have to be looked up
    std::uint32_t renewals_ = 0;
    bool closed_ = false;
    tally<Lanes> counts_;
};

}  // namespace maxwell
