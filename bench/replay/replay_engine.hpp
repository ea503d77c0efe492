// SPDX-License-Identifier: MIT
//
// replay(structure, schedule): one market, fed with the jobs of a trace in virtual time, closed loop.
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
// take of real time is measured one by one, between fences.

#pragma once

#include "harness/clock.hpp"

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
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace maxwell::bench {

inline constexpr std::size_t replay_capacity = 16384;
inline constexpr int rebids_per_quantum = 4;

/// The jobs of a trace made fit for one market: service is the share of the machine, and time is stretched or compressed
/// as a whole, so that the load is what was asked for and bursts stay bursts.
struct schedule {
    std::vector<sim::job> jobs;
    std::uint32_t quantum_us = 1;
    double load = 0;           ///< service over the span of arrivals; 0 where the trace has no span
    double recorded_load = 0;  ///< of the trace as it was recorded
    double stretch = 1;        ///< what times of arrival were multiplied by
    std::uint64_t span_us = 0;
    std::uint64_t service_us = 0;
    std::uint64_t quanta = 0;  ///< that the jobs take
};

/// The most quanta that a replay takes, and the most that a quantum chosen here leads to: some seconds a structure.
inline constexpr std::uint64_t max_quanta = 20'000'000;
inline constexpr std::uint64_t usual_quanta = 1 << 21;

/// Makes the schedule of `work` at `load`. `quantum_us` 0 chooses: a 32nd of the 99th percentile of service, so all but the
/// longest hundredth of the jobs take 32 quanta or fewer; longer where that would be more than usual_quanta, as with one job of an
/// hour among some of 10 us.
inline schedule make_schedule(sim::workload const& work, double load, std::uint32_t quantum_us) {
    schedule s;
    s.jobs = work.jobs;
    std::vector<std::uint64_t> services;
    for (sim::job& j : s.jobs) {
        j.service_us = sim::machine_share_us(j, work.processors);
        s.service_us += j.service_us;
        services.push_back(j.service_us);
    }
    if (s.jobs.empty()) return s;
    s.span_us = s.jobs.back().arrival_us;
    if (s.span_us > 0) {
        s.recorded_load = static_cast<double>(s.service_us) / static_cast<double>(s.span_us);
        s.stretch = s.recorded_load / load;
        for (sim::job& j : s.jobs) {
            j.arrival_us = static_cast<std::uint64_t>(static_cast<double>(j.arrival_us) * s.stretch);
        }
        s.span_us = s.jobs.back().arrival_us;
        if (s.span_us > 0) s.load = static_cast<double>(s.service_us) / static_cast<double>(s.span_us);
    }
    const auto longest = services.begin() + static_cast<std::ptrdiff_t>((services.size() - 1) * 99 / 100);
    std::nth_element(services.begin(), longest, services.end());
    const std::uint64_t chosen =
        std::clamp<std::uint64_t>(std::max((*longest + 31) / 32, s.service_us / usual_quanta), 1, 0xFFFF'FFFFu);
    s.quantum_us = quantum_us != 0 ? quantum_us : static_cast<std::uint32_t>(chosen);
    for (sim::job const& j : s.jobs) s.quanta += (j.service_us + s.quantum_us - 1) / s.quantum_us;
    return s;
}

/// Who won a quantum and at what price.
struct outcome {
    agent_id winner;
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
    std::vector<double> response_ratios;  ///< of each completed job: from arrival to completion, over service
    double payments = 0;                  ///< ticks times units
    std::uint64_t digest = 0xCBF2'9CE4'8422'2325u;
    double seconds = 0;
    std::vector<outcome> outcomes;
};

/// Told now and then how many quanta are over.
using progress_report = std::function<void(std::uint64_t)>;

namespace detail {

/// FNV-1a over eight bytes at a time.
inline void mix(std::uint64_t& digest, std::uint64_t value) noexcept {
    digest = (digest ^ value) * 0x0000'0100'0000'01B3u;
    digest ^= digest >> 29;
}

template <class Structure>
class replayer {
public:
    replayer(Structure& structure, schedule const& plan, double budget_s, progress_report const& report)
        : structure_(structure), plan_(plan), budget_s_(budget_s), report_(report), agents_(replay_capacity) {}

    replay_result run() {
        using clock = std::chrono::steady_clock;
        const auto start = clock::now();
        const auto elapsed = [&] { return std::chrono::duration<double>(clock::now() - start).count(); };
        out_.complete = true;
        while (out_.failure.empty() && (next_ < plan_.jobs.size() || !waiting_.empty())) {
            if (waiting_.empty()) now_us_ = std::max(now_us_, plan_.jobs[next_].arrival_us);
            quantum_ticks_ = 0;
            admit();
            rebid();
            serve(decide());
            out_.market.record(quantum_ticks_);
            if (out_.quanta % 4096 == 0) report_(out_.quanta);
            if (budget_s_ > 0 && out_.quanta % 64 == 0 && elapsed() > budget_s_) {
                out_.complete = false;
                break;
            }
        }
        out_.seconds = elapsed();
        return std::move(out_);
    }

private:
    /// An agent of the market: the job that has its slot.
    struct agent {
        agent_id id = 0;
        sim::job const* work = nullptr;
        std::uint64_t attained_us = 0;
        std::size_t place = 0;  ///< in waiting_
    };

    template <class Operation>
    auto timed(latency_histogram<>& into, Operation operation) {
        const std::uint64_t before = ticks_begin();
        auto result = operation();
        const std::uint64_t ticks = ticks_end() - before;
        into.record(ticks);
        quantum_ticks_ += ticks;
        return result;
    }

    bid bid_of(agent const& a) const { return sim::to_bid(*a.work, a.id, a.attained_us, now_us_, plan_.quantum_us); }

    void submit(agent const& a) {
        const bid fresh = bid_of(a);
        const status entered = timed(out_.submit, [&] { return structure_.insert(fresh); });
        if (entered != status::ok) out_.failure = "refused the bid of a live agent";
    }

    /// Takes in whoever has arrived, as long as there are slots.
    void admit() {
        for (; next_ < plan_.jobs.size() && plan_.jobs[next_].arrival_us <= now_us_; ++next_) {
            const std::optional<agent_id> id = registry_.acquire();
            if (!id) {
                count_backlog();
                return;
            }
            agent& a = agents_[slot_of(*id)];
            a = {*id, &plan_.jobs[next_], 0, waiting_.size()};
            waiting_.push_back(slot_of(*id));
            submit(a);
        }
    }

    /// Counts each job once that has arrived and finds no slot.
    void count_backlog() {
        for (seen_ = std::max(seen_, next_); seen_ < plan_.jobs.size(); ++seen_, ++out_.backlogged) {
            if (plan_.jobs[seen_].arrival_us > now_us_) return;
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
        if (slot >= agents_.size() || agents_[slot].work == nullptr || agents_[slot].id != won->winner.agent) {
            out_.failure = "named a winner that is not there";
            return;
        }
        agent& a = agents_[slot];
        ++out_.awards;
        out_.outcomes.push_back({won->winner.agent, won->payment});
        mix(out_.digest, won->winner.agent);
        mix(out_.digest, won->payment);
        out_.payments += static_cast<double>(won->payment) * won->winner.units;
        now_us_ += won->winner.units;
        a.attained_us += won->winner.units;
        if (a.attained_us < a.work->service_us) {
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
        const std::uint64_t response_us = now_us_ - a.work->arrival_us;
        out_.response_ratios.push_back(static_cast<double>(response_us) / static_cast<double>(a.work->service_us));
        a.work = nullptr;
    }

    Structure& structure_;
    schedule const& plan_;
    double budget_s_;
    progress_report const& report_;
    agent_registry<replay_capacity> registry_;
    std::vector<agent> agents_;           ///< by slot
    std::vector<std::uint32_t> waiting_;  ///< slots of all live agents, the running one too
    agent* running_ = nullptr;            ///< won the last quantum and is not done; its bid is out
    std::size_t next_ = 0;                ///< the next job to arrive
    std::size_t seen_ = 0;                ///< jobs below were counted as backlog, or need not be
    std::size_t turn_ = 0;                ///< in waiting_, whose turn it was to bid again
    std::uint64_t now_us_ = 0;
    std::uint64_t quantum_ticks_ = 0;
    replay_result out_;
};

template <class Structure>
std::unique_ptr<Structure> make_structure() {
    if constexpr (auction<Structure>) {
        static_assert(Structure::capacity() == replay_capacity);
        return std::make_unique<Structure>();
    } else {
        return std::make_unique<Structure>(replay_capacity);
    }
}

}  // namespace detail

/// Replays `plan` on a fresh `Structure`; gives up after `budget_s` seconds where that is above 0. O(plan.quanta) operations.
template <class Structure>
replay_result replay(schedule const& plan, double budget_s, progress_report const& report) {
    const auto structure = detail::make_structure<Structure>();
    const auto replayer = std::make_unique<detail::replayer<Structure>>(*structure, plan, budget_s, report);
    return replayer->run();
}

}  // namespace maxwell::bench
