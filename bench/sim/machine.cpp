// SPDX-License-Identifier: MIT

#include "sim/machine.hpp"

#include "harness/clock.hpp"
#include "sim/best_waiting.hpp"
#include "sim/bookkeeping.hpp"
#include "sim/idle_cores.hpp"
#include "sim/offline.hpp"
#include "sim/population.hpp"

#include <maxwell/sim/engine.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::simulator {
namespace {

enum class event_kind : std::uint8_t { wake, revalue, arrive, give_up, core_free };

struct event {
    event_kind kind;
    std::uint32_t index;  ///< a slot, a group or a processor
    agent_id id = 0;      ///< of the slot's agent
};

class machine {
public:
    machine(experiment const& e, point const& p, policy_info const& with, std::uint64_t seed,
            std::vector<std::vector<sim::job>> const& traces)
        : experiment_(e),
          point_(p),
          settings_(p.machine),
          people_(p, traces, seed),
          quantum_ns_(as_ns(p.machine.quantum_us)),
          speeds_(settings_.speeds.empty() ? std::vector<double>(settings_.processors, 1.) : settings_.speeds),
          best_(people_.capacity(), settings_.processors, pins(p)),
          book_(p, people_.owners(), people_.capacity(), static_cast<double>(quantum_ns_)),
          events_(0),
          runs_(settings_.processors),
          idle_(settings_.processors, settings_.per_core ? settings_.processors : 1) {
        policy_ = with.make({settings_.processors, settings_.per_core, static_cast<std::uint32_t>(quantum_ns_), seed,
                             people_.high(), people_.median(), speeds_, &people_.views(), people_.owners(),
                             people_.capacity()});
    }

    std::optional<run_result> run(std::atomic<bool> const& stop) {
        const auto start = std::chrono::steady_clock::now();
        const auto warm_ns = static_cast<std::uint64_t>(experiment_.warm_up_s * 1e9);
        const auto end_ns = warm_ns + static_cast<std::uint64_t>(experiment_.seconds * 1e9);
        for (std::uint32_t o = 0; o < people_.owners(); ++o) book_.owner(o, people_.weight_of_owner(o));
        settle_in();
        if (warm_ns == 0) book_.begin(0);
        const bool complete =
            settings_.together ? run_together(warm_ns, end_ns, stop) : run_apart(warm_ns, end_ns, stop);
        if (!complete) return std::nullopt;
        wind_up(end_ns);
        for (std::uint32_t slot = 0; slot < people_.all().size(); ++slot) {
            if (people_.all()[slot].state != activity::waiting) continue;
            book_.still_waits(end_ns - people_.all()[slot].waits_since_ns);
        }
        for (arrival const& a : outside_) book_.still_waits(end_ns - a.at_ns);
        book_.paid(policy_->take_dues());
        run_result r = book_.result(end_ns);
        if (const double best = best_plan(experiment_, point_, patient_, end_ns); best > 0)
            r[metric::over_offline] = book_.value() / best;
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        r.quanta_per_s = static_cast<double>(book_.decisions()) / took.count();
        r.ns_per_decision = static_cast<double>(decision_ticks_.percentile(500'000));
        return r;
    }

private:
    struct running {
        std::uint32_t slot = nobody;
        double payment = 0;
        std::uint64_t began_ns = 0;
    };

    static bool pins(point const& p) {
        return std::any_of(p.groups.begin(), p.groups.end(), [](group const& g) { return g.pinned; });
    }

    // --- agents --------------------------------------------------------------------------------------------------------

    /// Those that are there all the time are admitted, and wake in their first microseconds; the first of the others come.
    void settle_in() {
        for (std::uint32_t slot = 0; slot < people_.all().size(); ++slot) {
            group const& g = people_.group_of(slot);
            people_.draw_value(slot);
            policy_->admit(slot);
            const std::uint64_t first = g.sleep_us ? as_ns((*g.sleep_us)(people_[slot].random)) : 0;
            events_.at(first, {event_kind::wake, slot, people_.view(slot).id});
            if (g.revalue_ms > 0) revalue_later(slot);
        }
        for (std::uint32_t g = 0; g < point_.groups.size(); ++g) {
            upcoming_.push_back(people_.next_arrival(g, 0));
            if (upcoming_[g]) events_.at(upcoming_[g]->at_ns, {event_kind::arrive, g});
        }
    }

    void revalue_later(std::uint32_t slot) {
        const double us = people_.group_of(slot).revalue_ms * 1e3 * people_[slot].random.exponential();
        events_.after(as_ns(us), {event_kind::revalue, slot, people_.view(slot).id});
    }

    bool is_here(event const& e) const {
        return people_.views()[e.index].id == e.id && people_.all()[e.index].state != activity::vacant;
    }

    void handle(event const& e, std::uint64_t now_ns) {
        switch (e.kind) {
            case event_kind::wake:
                wake(e.index, now_ns);
                break;
            case event_kind::revalue:
                people_.draw_value(e.index);
                policy_->rebid(e.index);
                if (people_[e.index].state == activity::waiting) waits(e.index);
                revalue_later(e.index);
                break;
            case event_kind::arrive:
                arrives(e.index, now_ns);
                break;
            case event_kind::give_up:
                if (is_here(e)) gives_up(e.index);
                break;
            case event_kind::core_free:
                core_free(e.index, now_ns);
                break;
        }
    }

    void waits(std::uint32_t slot) { best_.set(slot, people_.view(slot).pin, people_[slot].value); }
    void waits_no_more(std::uint32_t slot) { best_.set(slot, people_.view(slot).pin, 0); }

    void wake(std::uint32_t slot, std::uint64_t now_ns) {
        agent& a = people_[slot];
        if (!a.arrived) people_.draw_run(slot);
        a.state = activity::waiting;
        a.waits_since_ns = a.woke_ns = now_ns;
        ++waiting_;
        waits(slot);
        book_.active(slot, people_.view(slot).weight);
        policy_->wake(slot, now_ns);
        if (!settings_.together) kick(slot, now_ns);
    }

    void arrives(std::uint32_t g, std::uint64_t now_ns) {
        arrival a = *upcoming_[g];
        upcoming_[g] = people_.next_arrival(g, now_ns);
        if (upcoming_[g]) events_.at(upcoming_[g]->at_ns, {event_kind::arrive, g});
        if (settings_.together) to_whole_quanta(a);
        if (a.patience_ns != population::for_ever) patient_.push_back(a);
        if (!enter(a, now_ns)) outside_.push_back(a);
    }

    /// Where all processors decide at once a patient job needs whole quanta, and leaves at the end of one.
    void to_whole_quanta(arrival& a) const {
        if (a.patience_ns == population::for_ever) return;
        const auto whole = [this](std::uint64_t ns) { return (ns + quantum_ns_ - 1) / quantum_ns_ * quantum_ns_; };
        a.run_ns = whole(a.run_ns);
        a.patience_ns = std::max(a.run_ns, a.patience_ns / quantum_ns_ * quantum_ns_) + whole(a.at_ns) - a.at_ns;
    }

    bool enter(arrival const& a, std::uint64_t now_ns) {
        const auto slot = people_.admit(a);
        if (!slot) return false;
        if (a.patience_ns != population::for_ever) {
            people_.view(*slot).deadline_ns = a.at_ns + a.patience_ns;
            events_.at(a.at_ns + a.patience_ns, {event_kind::give_up, *slot, people_.view(*slot).id});
        }
        policy_->admit(*slot);
        wake(*slot, now_ns);
        people_[*slot].waits_since_ns = people_[*slot].woke_ns = a.at_ns;
        return true;
    }

    void gives_up(std::uint32_t slot) {
        book_.gave_up();
        if (people_[slot].state == activity::running) {
            people_[slot].state = activity::leaving;
            return;
        }
        leaves(slot);
    }

    void leaves(std::uint32_t slot) {
        if (people_[slot].state == activity::waiting) {
            --waiting_;
            waits_no_more(slot);
            book_.inactive(slot);
        }
        policy_->retire(slot);
        people_.release(slot);
    }

    void let_in(std::uint64_t now_ns) {
        while (!outside_.empty()) {
            arrival const& a = outside_.front();
            const bool late = a.patience_ns != population::for_ever && a.at_ns + a.patience_ns <= now_ns;
            if (late) {
                book_.gave_up();
            } else if (!enter(a, now_ns)) {
                return;
            }
            outside_.pop_front();
        }
    }

    // --- processors ----------------------------------------------------------------------------------------------------

    /// What ran on `core` since it was dispatched stops.
    void stop_running(std::uint32_t core, std::uint64_t now_ns, std::uint64_t used_ns) {
        running& r = runs_[core];
        if (r.slot == nobody) return;
        const std::uint32_t slot = r.slot;
        agent& a = people_[slot];
        r.slot = nobody;
        book_.used(slot, a, people_.view(slot), used_ns, speeds_[core] * frequency_, r.payment);
        if (a.left_ns != population::for_ever) a.left_ns -= used_ns;
        const bool done = a.left_ns == 0;
        const bool gone = a.state == activity::leaving || (done && a.arrived);
        if (done) book_.finished(now_ns - a.woke_ns, a.run_ns);
        policy_->ended(core, slot, used_ns, !done && !gone);
        if (gone) {
            a.state = activity::blocked;
            book_.inactive(slot);
            leaves(slot);
        } else if (done) {
            a.state = activity::blocked;
            book_.inactive(slot);
            const auto& sleep = people_.group_of(slot).sleep_us;
            events_.at(now_ns + (sleep ? as_ns((*sleep)(a.random)) : 1),
                       {event_kind::wake, slot, people_.view(slot).id});
        } else {
            a.state = activity::waiting;
            a.waits_since_ns = now_ns;
            ++waiting_;
            waits(slot);
        }
    }

    /// What runs at the end is counted as far as it came.
    void wind_up(std::uint64_t end_ns) {
        for (std::uint32_t core = 0; core < settings_.processors; ++core) {
            if (runs_[core].slot == nobody || runs_[core].began_ns >= end_ns) continue;
            stop_running(core, end_ns, std::min(end_ns - runs_[core].began_ns, quantum_of(runs_[core].slot)));
        }
    }

    std::uint64_t quantum_of(std::uint32_t slot) const {
        return std::min<std::uint64_t>(quantum_ns_, people_.all()[slot].left_ns);
    }

    void dispatch(std::uint32_t core, pick const& p, std::uint64_t now_ns) {
        agent& a = people_[p.slot];
        --waiting_;
        waits_no_more(p.slot);
        book_.starts(p.slot, now_ns - a.waits_since_ns);
        a.state = activity::running;
        a.ran_for = a.value;
        runs_[core] = {p.slot, p.payment, now_ns};
    }

    /// Makes `count` decisions, and measures how long one takes, once in so many.
    template <class Decide>
    void timed(std::uint32_t count, Decide decide) {
        if ((calls_ += count) % 64 >= count) return decide();
        const std::uint64_t begin = bench::ticks_begin();
        decide();
        decision_ticks_.record((bench::ticks_end() - begin) / count);
    }

    bool run_together(std::uint64_t warm_ns, std::uint64_t end_ns, std::atomic<bool> const& stop) {
        std::vector<pick> picks(settings_.processors);
        bool counts = warm_ns == 0;
        for (std::uint64_t now_ns = 0; now_ns < end_ns; now_ns += quantum_ns_) {
            if (stop.load(std::memory_order_relaxed)) return false;
            if (!counts && now_ns >= warm_ns) {
                counts = true;
                book_.begin(now_ns);
            }
            for (std::uint32_t core = 0; core < settings_.processors; ++core) {
                if (runs_[core].slot != nobody) stop_running(core, now_ns, quantum_of(runs_[core].slot));
            }
            while (events_.due_ns() && *events_.due_ns() <= now_ns) {
                const event e = *events_.next();
                handle(e, events_.now_ns());
            }
            let_in(now_ns);
            book_.tick(now_ns);
            const double best = best_.best_of_all(speeds_);
            timed(settings_.processors, [&] { policy_->decide_all(now_ns, picks); });
            double chosen = 0;
            for (std::uint32_t core = 0; core < settings_.processors; ++core) {
                if (picks[core].slot == nobody) continue;
                chosen += people_[picks[core].slot].value * speeds_[core];
                dispatch(core, picks[core], now_ns);
            }
            book_.chose(best, chosen, quantum_ns_);
        }
        return true;
    }

    bool run_apart(std::uint64_t warm_ns, std::uint64_t end_ns, std::atomic<bool> const& stop) {
        bool counts = warm_ns == 0;
        while (events_.due_ns() && *events_.due_ns() < end_ns) {
            if (stop.load(std::memory_order_relaxed)) return false;
            const event e = *events_.next();
            if (!counts && events_.now_ns() >= warm_ns) {
                counts = true;
                book_.begin(events_.now_ns());
            }
            handle(e, events_.now_ns());
            book_.tick(events_.now_ns());
        }
        return true;
    }

    /// The agent of `slot` has woken: an idle processor on which it may run looks for work when the wake-up is done.
    void kick(std::uint32_t slot, std::uint64_t now_ns) {
        const std::uint32_t pin = people_.view(slot).pin;
        const std::uint32_t own = pin != anywhere ? pin : slot % settings_.processors;
        const std::uint64_t done_ns = idle_.hold_lock(own, now_ns, settings_.wake_ns);
        if (const auto core = idle_.take(own, pin != anywhere)) events_.at(done_ns, {event_kind::core_free, *core});
    }

    void core_free(std::uint32_t core, std::uint64_t now_ns) {
        if (runs_[core].slot != nobody) stop_running(core, now_ns, quantum_of(runs_[core].slot));
        let_in(now_ns);
        const double best = best_.best(core);
        pick p;
        timed(1, [&] { p = policy_->decide(core, now_ns); });
        if (p.slot == nobody) {
            if (best > 0) book_.chose(best, 0, quantum_ns_);
            idle_.add(core);
            return;
        }
        const std::uint64_t from =
            idle_.hold_lock(core, now_ns, settings_.decision_ns + (p.stolen ? settings_.steal_ns : 0));
        const std::uint64_t ns = quantum_of(p.slot);
        book_.chose(best, people_[p.slot].value, ns);
        dispatch(core, p, from);
        events_.at(from + ns, {event_kind::core_free, core});
        // What was put back waits, and another processor may take it.
        if (waiting_ != 0 && idle_.any() && best_.best(idle_.first()) != 0)
            events_.at(now_ns, {event_kind::core_free, *idle_.take(idle_.first(), false)});
    }

    experiment const& experiment_;
    point const& point_;
    machine_settings const& settings_;
    population people_;
    std::uint64_t quantum_ns_;
    std::vector<double> speeds_;
    best_waiting best_;
    bookkeeping book_;
    sim::engine<event> events_;
    std::vector<running> runs_;  ///< by processor
    std::unique_ptr<policy> policy_;
    std::vector<std::optional<arrival>> upcoming_;  ///< by group
    std::deque<arrival> outside_;                   ///< have arrived, and all slots are taken
    std::vector<arrival> patient_;                  ///< all that have arrived with a deadline
    idle_cores idle_;
    std::uint64_t waiting_ = 0;
    std::uint64_t calls_ = 0;
    double frequency_ = 1;  ///< of all processors, where heat slows them down
    latency_histogram<> decision_ticks_;
};

}  // namespace

std::optional<run_result> run_machine(experiment const& e, point const& p, policy_info const& with, std::uint64_t seed,
                                      std::vector<std::vector<sim::job>> const& traces, std::atomic<bool> const& stop) {
    return std::make_unique<machine>(e, p, with, seed, traces)->run(stop);
}

}  // namespace maxwell::simulator
