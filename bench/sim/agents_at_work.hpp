// SPDX-License-Identifier: MIT
//
// agents_at_work: what agents do of themselves: wake, change their values, arrive, give up and leave. The half of a machine that doesn't
// decide which agent runs; machine.cpp is the other.
//
//     event ──handle──▶ population, policy, best_waiting, bookkeeping       all four are told of each change, here and nowhere else

#pragma once

#include "sim/best_waiting.hpp"
#include "sim/bookkeeping.hpp"
#include "sim/population.hpp"

#include <maxwell/sim/engine.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::simulator {

enum class event_kind : std::uint8_t { wake, revalue, arrive, give_up, core_free, pace };

struct event {
    event_kind kind;
    std::uint32_t index;  ///< a slot, a group or a processor
    agent_id id = 0;      ///< of the slot's agent
};

class agents_at_work {
protected:
    agents_at_work(experiment const& e, point const& p, policy_info const& with, std::uint64_t seed,
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
          policy_(with.make({settings_.processors,
                             settings_.per_core,
                             static_cast<std::uint32_t>(quantum_ns_),
                             seed,
                             people_.high(),
                             people_.median(),
                             speeds_,
                             &people_.views(),
                             people_.owners(),
                             people_.capacity(),
                             {settings_.lanes, people_.accounts(), settings_.from_board},
                             &page_})) {
        for (std::uint32_t o = 0; o < people_.owners(); ++o) book_.owner(o, people_.weight_of_owner(o));
    }
    ~agents_at_work() = default;

    virtual void woken(std::uint32_t slot, std::uint64_t now_ns) = 0;      ///< an agent waits that didn't
    virtual void core_free(std::uint32_t core, std::uint64_t now_ns) = 0;  ///< the event of that name

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
        if (people_.paces()) events_.after(pacing::period_ns, {event_kind::pace, 0});
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
            case event_kind::pace:
                for (const std::uint32_t slot : people_.end_period()) policy_->rebid(slot);
                events_.after(pacing::period_ns, {event_kind::pace, 0});
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
        woken(slot, now_ns);
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

    experiment const& experiment_;
    point const& point_;
    machine_settings const& settings_;
    population people_;
    std::uint64_t quantum_ns_;
    std::vector<double> speeds_;
    best_waiting best_;
    bookkeeping book_;
    sim::engine<event> events_;
    price_page<max_lanes> page_;
    std::unique_ptr<policy> policy_;
    std::vector<std::optional<arrival>> upcoming_;  ///< by group
    std::deque<arrival> outside_;                   ///< have arrived, and all slots are taken
    std::vector<arrival> patient_;                  ///< all that have arrived with a deadline
    std::uint64_t waiting_ = 0;                     ///< agents

private:
    static bool pins(point const& p) {
        return std::any_of(p.groups.begin(), p.groups.end(), [](group const& g) { return g.pinned; });
    }
};

}  // namespace maxwell::simulator
