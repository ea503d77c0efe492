// SPDX-License-Identifier: MIT

#include "sim/machine.hpp"

#include "harness/clock.hpp"
#include "sim/agents_at_work.hpp"
#include "sim/heat.hpp"
#include "sim/idle_cores.hpp"
#include "sim/offline.hpp"
#include "sim/price_daemon.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

namespace maxwell::simulator {
namespace {

class machine final : agents_at_work {
public:
    machine(experiment const& e, point const& p, policy_info const& with, std::uint64_t seed,
            std::vector<std::vector<sim::job>> const& traces)
        : agents_at_work(e, p, with, seed, traces),
          runs_(settings_.processors),
          idle_(settings_.processors, settings_.per_core ? settings_.processors : 1) {
        if (settings_.thermal) {
            heat_.emplace(*settings_.thermal, settings_.processors, seed);
            if (heat_->makes_prices()) daemon_.emplace(page_, *settings_.thermal, settings_.lanes);
        }
    }

    std::optional<run_result> run(std::atomic<bool> const& stop) {
        const auto start = std::chrono::steady_clock::now();
        const auto warm_ns = static_cast<std::uint64_t>(experiment_.warm_up_s * 1e9);
        const auto end_ns = warm_ns + static_cast<std::uint64_t>(experiment_.seconds * 1e9);
        settle_in();
        if (warm_ns == 0) begin(0);
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
        if (heat_) heat_->into(r);
        const planned best = best_plan(experiment_, point_, patient_, end_ns);
        if (best.divisible > 0) r[metric::over_offline] = book_.value() / best.divisible;
        if (best.whole > 0) r[metric::over_bound] = book_.value_of_whole_jobs() / best.whole;
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        r.quanta_per_s = static_cast<double>(book_.decisions()) / took.count();
        r.ns_per_decision = ns_of(decision_cycles_.percentile(500'000));
        return r;
    }

private:
    static double ns_of(std::uint64_t ticks) {
        static const bench::clock_facts clock = bench::measure_clock();
        return clock.ns(ticks);
    }

    struct running {
        std::uint32_t slot = no_slot;
        double payment = 0;
        std::uint64_t began_ns = 0;
    };

    /// The warm-up is over.
    void begin(std::uint64_t now_ns) {
        book_.begin(now_ns);
        policy_->take_dues();
    }

    /// What ran on `core` since it was dispatched stops.
    void stop_running(std::uint32_t core, std::uint64_t now_ns, std::uint64_t used_ns) {
        running& r = runs_[core];
        if (r.slot == no_slot) return;
        const std::uint32_t slot = r.slot;
        agent& a = people_[slot];
        r.slot = no_slot;
        if (a.left_ns != population::for_ever) a.left_ns -= used_ns;
        const bool done = a.left_ns == 0;
        const bool gone = a.state == activity::leaving || (done && a.arrived);
        if (done && a.arrived) book_.whole(a.value * static_cast<double>(a.run_ns) * 1e-3);
        if (done) book_.finished(now_ns - a.woke_ns, a.run_ns);
        policy_->ended(core, slot, used_ns, !done && !gone);
        const double paid = policy_->paid(r.payment);
        book_.used(slot, a, people_.view(slot), used_ns, speeds_[core] * frequency_, paid);
        if (people_.paces()) people_.pays(slot, paid, used_ns);
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
            if (runs_[core].slot == no_slot || runs_[core].began_ns >= end_ns) continue;
            stop_running(core, end_ns, std::min(end_ns - runs_[core].began_ns, quantum_of(runs_[core].slot)));
        }
    }

    std::uint64_t quantum_of(std::uint32_t slot) const {
        return std::min<std::uint64_t>(quantum_ns_, people_.all()[slot].left_ns);
    }

    void dispatch(std::uint32_t core, pick const& p, std::uint64_t now_ns) {
        agent& a = people_[p.slot];
        if (a.state != activity::waiting) throw std::logic_error("a policy picked an agent that doesn't wait");
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
        if ((calls_ += count) % 64 >= count || count == 0) return decide();
        const std::uint64_t begin = bench::ticks_begin();
        decide();
        decision_cycles_.record((bench::ticks_end() - begin) / count);
    }

    bool run_together(std::uint64_t warm_ns, std::uint64_t end_ns, std::atomic<bool> const& stop) {
        std::vector<pick> picks(settings_.processors);
        bool counts = warm_ns == 0;
        for (std::uint64_t now_ns = 0; now_ns < end_ns; now_ns += quantum_ns_) {
            if (stop.load(std::memory_order_relaxed)) return false;
            for (std::uint32_t core = 0; core < settings_.processors; ++core) {
                if (runs_[core].slot != no_slot) stop_running(core, now_ns, quantum_of(runs_[core].slot));
            }
            if (!counts && now_ns >= warm_ns) {
                counts = true;
                begin(now_ns);
            }
            while (events_.due_ns() && *events_.due_ns() <= now_ns) {
                const event e = *events_.next();
                handle(e, events_.now_ns());
            }
            let_in(now_ns);
            book_.end_second(now_ns);
            picks.resize(allowed_processors(now_ns));
            for (auto core = static_cast<std::uint32_t>(picks.size()); core < settings_.processors; ++core)
                policy_->leave_idle(core, now_ns);
            const double best = best_.best_of_all(speeds_, picks.size());
            timed(static_cast<std::uint32_t>(picks.size()), [&] { policy_->decide_all(now_ns, picks); });
            double chosen = 0;
            std::uint32_t busy = 0;
            for (std::uint32_t core = 0; core < picks.size(); ++core) {
                if (picks[core].slot == no_slot) continue;
                chosen += people_[picks[core].slot].value * speeds_[core];
                dispatch(core, picks[core], now_ns);
                ++busy;
            }
            if (heat_) frequency_ = heat_->burn(busy, counts);
            book_.chose(best, chosen, quantum_ns_);
        }
        return true;
    }

    /// All of them, or as many as may run within the power cap. A new window begins with its price, which policies find on the page.
    std::uint32_t allowed_processors(std::uint64_t now_ns) {
        if (!heat_) return settings_.processors;
        if (heat_->prices_now()) {
            std::vector<price> bids;
            for (std::uint32_t slot = 0; slot < people_.all().size(); ++slot) {
                if (people_.all()[slot].state == activity::waiting) bids.push_back(people_.view(slot).bid);
            }
            daemon_->take(heat_->reprice(bids));
        }
        if (daemon_) {
            daemon_->run(now_ns);
            policy_->look_at_page(now_ns);
        }
        return heat_->allow(static_cast<std::uint32_t>(std::min<std::uint64_t>(waiting_, settings_.processors)));
    }

    bool run_apart(std::uint64_t warm_ns, std::uint64_t end_ns, std::atomic<bool> const& stop) {
        bool counts = warm_ns == 0;
        while (events_.due_ns() && *events_.due_ns() < end_ns) {
            if (stop.load(std::memory_order_relaxed)) return false;
            const event e = *events_.next();
            if (!counts && events_.now_ns() >= warm_ns) {
                counts = true;
                begin(events_.now_ns());
            }
            handle(e, events_.now_ns());
            book_.end_second(events_.now_ns());
        }
        return true;
    }

    /// The agent of `slot` has woken: an idle processor on which it may run looks for work when the wake-up is done.
    void woken(std::uint32_t slot, std::uint64_t now_ns) override {
        if (settings_.together) return;
        const std::uint32_t pin = people_.view(slot).pin;
        const std::uint32_t own = pin != anywhere ? pin : slot % settings_.processors;
        const std::uint64_t done_ns = idle_.hold_lock(own, now_ns, settings_.wake_ns);
        if (const auto core = idle_.take(own, pin != anywhere)) events_.at(done_ns, {event_kind::core_free, *core});
    }

    void core_free(std::uint32_t core, std::uint64_t now_ns) override {
        if (runs_[core].slot != no_slot) stop_running(core, now_ns, quantum_of(runs_[core].slot));
        let_in(now_ns);
        const double best = best_.best(core);
        pick p;
        timed(1, [&] { p = policy_->decide(core, now_ns); });
        if (p.slot == no_slot) {
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

    std::vector<running> runs_;  ///< by processor
    idle_cores idle_;
    std::optional<heat> heat_;
    std::optional<price_daemon> daemon_;
    double frequency_ = 1;  ///< of all processors, where heat slows them down
    std::uint64_t calls_ = 0;
    latency_histogram<> decision_cycles_;
};

}  // namespace

std::optional<run_result> run_machine(experiment const& e, point const& p, policy_info const& with, std::uint64_t seed,
                                      std::vector<std::vector<sim::job>> const& traces, std::atomic<bool> const& stop) {
    return std::make_unique<machine>(e, p, with, seed, traces)->run(stop);
}

}  // namespace maxwell::simulator
