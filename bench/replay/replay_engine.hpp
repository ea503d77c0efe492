// SPDX-License-Identifier: MIT
//
// start_replay<Structure>(schedule): one market, fed with the jobs of a trace in virtual time, closed loop, so many quanta at a time.
//
//     arrivals ──acquire, insert──▶ ┌───────────┐ ──award──▶ runs min(quantum, what is left) ──▶ done: retire, release
//     backlog, when all slots are   │ structure │                        │
//     taken: counted, never lost    └───────────┘ ◀──its fresh bid───────┘ not done
//                                         ▲
//                    rebids_per_quantum waiting agents, in turn, at what they are worth by now
//
// Who runs decides when jobs end and so what the next bids are: a structure that picked one other winner would live through
// another history. The first difference between two of them is therefore all that can be compared.
//
// Virtual time moves only by service and by idling to the next arrival. Market operations take no virtual time; what they
// take of real time is measured one by one, between fences. Memory is needed for live jobs alone: one waits outside until it
// arrives and there is a slot for it.

#pragma once

#include "harness/clock.hpp"
#include "replay/replay_schedule.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/concept.hpp>
#include <maxwell/core/agent_registry.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/latency_histogram.hpp>
#include <maxwell/sim/trace/bidder.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace maxwell::bench {

inline constexpr std::size_t replay_capacity = 16384;
inline constexpr int rebids_per_quantum = 4;

/// Who won a quantum, with which bid and at what price.
struct outcome {
    agent_id winner;
    price amount;
    price payment;

    friend bool operator==(outcome const&, outcome const&) = default;
};

/// What a structure did with a schedule.
struct replay_result {
    bool complete = false;  ///< false: the time budget was used up before the end
    std::string failure;    ///< what the structure did that no auction may do; empty when nothing

    latency_histogram<> decide;  ///< ticks: enter the running agent's bid, extract the best with its payment
    latency_histogram<> submit;  ///< ticks: one bid of an arriving or a waiting agent
    latency_histogram<> market;  ///< ticks: everything the market does in a quantum

    std::uint64_t quanta = 0;
    std::uint64_t awards = 0;
    std::uint64_t completed = 0;
    std::uint64_t backlogged = 0;  ///< jobs that had to wait for a free slot
    std::uint64_t live_sum = 0;    ///< live bids, summed over quanta
    std::uint64_t live_max = 0;
    latency_histogram<>
        response_ratios;  ///< of each completed job, in ratio_parts: from arrival to completion, over service
    double ratio_sum = 0;
    double payments = 0;  ///< ticks times units
    std::uint64_t digest = 0xCBF2'9CE4'8422'2325u;
    double seconds = 0;
};

/// Parts of one that response ratios are counted in.
inline constexpr double ratio_parts = 1024;

/// A replay that can be led on.
class replay_run {
public:
    virtual ~replay_run() = default;

    /// Runs `quanta` more of them, or fewer where the replay is over then. O(quanta) operations.
    virtual void run(std::uint64_t quanta) = 0;

    bool over() const noexcept { return over_; }
    replay_result const& result() const noexcept { return out_; }
    /// Of the quanta of the last run().
    std::vector<outcome> const& outcomes() const noexcept { return outcomes_; }

protected:
    replay_result out_;
    std::vector<outcome> outcomes_;
    bool over_ = false;
};

namespace detail {

/// FNV-1a over eight bytes at a time.
inline void mix(std::uint64_t& digest, std::uint64_t value) noexcept {
    digest = (digest ^ value) * 0x0000'0100'0000'01B3u;
    digest ^= digest >> 29;
}

template <class Structure>
std::unique_ptr<Structure> make_structure() {
    if constexpr (auction<Structure>) {
        static_assert(Structure::capacity() == replay_capacity);
        static_assert(sizeof(Structure) / replay_capacity <= 64, "a container's part of a live job");
        return std::make_unique<Structure>();
    } else {
        return std::make_unique<Structure>(replay_capacity);
    }
}

template <class Structure>
class replayer final : public replay_run {
public:
    replayer(schedule const& plan, double budget_s)
        : owned_(make_structure<Structure>()),
          structure_(*owned_),
          plan_(plan),
          jobs_(plan),
          budget_s_(budget_s),
          agents_(replay_capacity) {
        take_next();
    }

    void run(std::uint64_t quanta) override {
        using clock = std::chrono::steady_clock;
        const auto start = clock::now();
        const double before = out_.seconds;
        const auto elapsed = [&] { return before + std::chrono::duration<double>(clock::now() - start).count(); };
        outcomes_.clear();
        for (const std::uint64_t end = out_.quanta + quanta; !over_ && out_.quanta < end;) {
            if (waiting_.empty()) now_us_ = std::max(now_us_, next_.arrival_us);
            quantum_ticks_ = 0;
            admit();
            rebid();
            serve(decide());
            out_.market.record(quantum_ticks_);
            if (!more_ && waiting_.empty()) over_ = out_.complete = true;
            if (!out_.failure.empty()) over_ = true;
            if (budget_s_ > 0 && out_.quanta % 64 == 0 && elapsed() > budget_s_) over_ = true;
        }
        out_.seconds = elapsed();
    }

private:
    /// An agent of the market: the job that has its slot.
    struct agent {
        sim::job work;
        agent_id id = 0;
        bool live = false;
        std::uint64_t attained_us = 0;
        std::size_t place = 0;  ///< in waiting_
    };
    static_assert(sizeof(agent) + sizeof(std::uint32_t) <= 80, "the replay's own part of a live job");

    template <class Operation>
    auto timed(latency_histogram<>& into, Operation operation) {
        const std::uint64_t before = ticks_begin();
        auto result = operation();
        const std::uint64_t ticks = ticks_end() - before;
        into.record(ticks);
        quantum_ticks_ += ticks;
        return result;
    }

    bid bid_of(agent const& a) const { return sim::to_bid(a.work, a.id, a.attained_us, now_us_, plan_.quantum_us); }

    void submit(agent const& a) {
        const bid fresh = bid_of(a);
        const status entered = timed(out_.submit, [&] { return structure_.insert(fresh); });
        if (entered != status::ok) out_.failure = "refused the bid of a live agent";
    }

    void take_next() { more_ = jobs_.next(next_); }

    /// Takes in whoever has arrived, as long as there are slots.
    void admit() {
        while (more_ && next_.arrival_us <= now_us_) {
            const std::optional<agent_id> id = registry_.acquire();
            if (!id) {
                full_us_ = now_us_;
                return;
            }
            agent& a = agents_[slot_of(*id)];
            a = {next_, *id, true, 0, waiting_.size()};
            waiting_.push_back(slot_of(*id));
            submit(a);
            if (full_us_ && next_.arrival_us <= *full_us_) ++out_.backlogged;
            take_next();
        }
    }

    /// The next few waiting agents, in turn.
    void rebid() {
        const std::size_t turns = std::min<std::size_t>(rebids_per_quantum, waiting_.size());
        for (std::size_t i = 0; i < turns; ++i) {
            turn_ = turn_ + 1 < waiting_.size() ? turn_ + 1 : 0;
            agent const& a = agents_[waiting_[turn_]];
            if (&a != running_) submit(a);
        }
    }

    std::optional<award> decide() {
        ++out_.quanta;
        const std::uint64_t live = waiting_.size();
        out_.live_sum += live;
        out_.live_max = std::max(out_.live_max, live);
        if (running_ == nullptr) return timed(out_.decide, [&] { return structure_.extract_max(); });
        const bid fresh = bid_of(*running_);
        running_ = nullptr;
        const quantum_result result = timed(out_.decide, [&]() -> quantum_result {
            if constexpr (auction<Structure>) {
                return quantum(structure_, fresh);
            } else {  // a peer: the same two steps
                const status entered = structure_.insert(fresh);
                return {entered, structure_.extract_max()};
            }
        });
        if (result.entered != status::ok) out_.failure = "refused the running agent's bid";
        return result.winner;
    }

    /// Lets the winner run for its quantum.
    void serve(std::optional<award> const& won) {
        if (!won) {
            out_.failure = "named no winner though agents wait";
            return;
        }
        const std::uint32_t slot = slot_of(won->winner.agent);
        if (slot >= agents_.size() || !agents_[slot].live || agents_[slot].id != won->winner.agent) {
            out_.failure = "named a winner that is not there";
            return;
        }
        agent& a = agents_[slot];
        ++out_.awards;
        outcomes_.push_back({won->winner.agent, won->winner.amount, won->payment});
        mix(out_.digest, won->winner.agent);
        mix(out_.digest, won->payment);
        out_.payments += static_cast<double>(won->payment) * won->winner.units;
        now_us_ += won->winner.units;
        a.attained_us += won->winner.units;
        if (a.attained_us < a.work.service_us) {
            running_ = &a;
        } else {
            complete(a);
        }
    }

    void complete(agent& a) {
        const status gone = timed(out_.submit, [&] { return structure_.retire(a.id); });
        if (gone != status::ok || registry_.release(a.id) != status::ok) out_.failure = "would not let an agent go";
        waiting_[a.place] = waiting_.back();
        agents_[waiting_[a.place]].place = a.place;
        waiting_.pop_back();
        ++out_.completed;
        const std::uint64_t response_us = now_us_ - a.work.arrival_us;
        const double ratio = static_cast<double>(response_us) / static_cast<double>(a.work.service_us);
        out_.response_ratios.record(static_cast<std::uint64_t>(ratio * ratio_parts));
        out_.ratio_sum += ratio;
        a.live = false;
    }

    std::unique_ptr<Structure> owned_;
    Structure& structure_;
    schedule const& plan_;
    scheduled_jobs jobs_;
    sim::job next_;     ///< to arrive
    bool more_ = true;  ///< there is a next one
    double budget_s_;
    agent_registry<replay_capacity> registry_;
    std::vector<agent> agents_;           ///< by slot
    std::vector<std::uint32_t> waiting_;  ///< slots of all live agents, the running one too
    agent* running_ = nullptr;            ///< won the last quantum and is not done; its bid is out
    std::size_t turn_ = 0;                ///< in waiting_, whose turn it was to bid again
    std::uint64_t now_us_ = 0;
    std::optional<std::uint64_t> full_us_;  ///< when a job last found no slot
    std::uint64_t quantum_ticks_ = 0;
};

}  // namespace detail

/// Starts a replay of `plan`, which has a job, on a fresh `Structure`; it gives up after `budget_s` seconds where that is above 0.
template <class Structure>
std::unique_ptr<replay_run> start_replay(schedule const& plan, double budget_s) {
    return std::make_unique<detail::replayer<Structure>>(plan, budget_s);
}

}  // namespace maxwell::bench
