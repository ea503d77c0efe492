// SPDX-License-Identifier: MIT
//
// A machine with two planes on one heat sink: 16 cores whose quanta of a millisecond are sold one by one, and an accelerator whose iterations
// are sold in batches to requests for text. Work on the cores feeds the accelerator: prompts are tokenised there, and each iteration is
// launched there.
//
//     request ─▶ tokenised by a feeder ─▶ waits for the accelerator ─▶ sold, iteration by iteration ─▶ first token
//                      ▲ cores                                             ▲ launched by a feeder
//     15 jobs ─────────┘ that always want to run
//
// The accelerator is simulated (sim/serving.hpp) or runs its iterations as kernels (device.hpp); the heat is simulated
// (sim/thermal/shared_sink.hpp). Market, plane and both auctions are real.

#pragma once

#include "../llm_admission/policies.hpp"
#include "device.hpp"
#include "feeding_watch.hpp"

#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/core/latency_histogram.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/sim/plant.hpp>
#include <maxwell/sim/random.hpp>
#include <maxwell/sim/serving.hpp>
#include <maxwell/sim/thermal/shared_sink.hpp>
#include <maxwell/thermal/plane.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace maxwell::dual {

enum lane : std::uint32_t { ordinary, feeding, device, lane_count };
enum : std::size_t { processor, accelerator };

/// How work on the cores is priced.
enum class scheme : std::uint8_t {
    coupled,    ///< by the accelerator's use, and feeding work goes to its own lane, as observed
    one_lane,   ///< by the accelerator's use, all work alike
    uncoupled,  ///< by the processor's own heat, all work alike
    declared,   ///< as coupled, but agents say themselves whether they feed
};
constexpr std::array<char const*, 4> scheme_names{"coupled", "without a feeding lane", "without coupling",
                                                  "declared lanes"};

struct run_settings {
    scheme how = scheme::coupled;
    bool pretends = false;
    double air_c = 40;
    double warm_up_s = 90;
    double seconds = 60;  ///< measured, after the warm-up
    std::uint64_t seed = 5;
    iteration_device* device = nullptr;  ///< that runs the iterations; null: the model
};

struct sample {
    double time_s, processor_c, accelerator_c, multiplier, utilisation;
};

struct outcome {
    double utilisation = 0;      ///< of the accelerator
    double in_time = 0;          ///< share of requests whose first token came in time
    std::uint64_t wait_p50 = 0;  ///< quanta from a feeder's wake until it runs; 0: at the next decision
    std::uint64_t wait_p99 = 0;
    std::uint64_t unserved = 0;                 ///< feeders' wakes that were still waiting at the end
    double over_limit_s = 0;                    ///< either die
    double processor_c = 0, accelerator_c = 0;  ///< means
    double processor_sigma = 0, accelerator_sigma = 0;
    std::array<double, lane_count> multiplier{};  ///< means
    double pretender_ms = 0;                      ///< of a core, that the last agent got in the first 10 s
    std::uint32_t found_out_ms = 0;  ///< the longest time that it computed in the feeding lane without feeding
    std::vector<sample> history;
};

class machine {
public:
    static constexpr std::size_t cores = 16;
    static constexpr std::size_t jobs = 14;
    static constexpr std::size_t feeders = 8;  ///< the first launches iterations, the others tokenise
    static constexpr std::size_t pretender = jobs + feeders;
    static constexpr std::size_t agents = pretender + 1;
    static constexpr std::uint64_t ms = 1'000'000;
    static constexpr double limit_c = 88;

    machine(std::vector<llm::request> const& requests, run_settings const& with)
        : requests_(requests),
          with_(with),
          random_(with.seed),
          engine_(sim::serving_costs{}),
          policy_(requests, 60'000) {
        auto settings = sim::shared_sink_settings<lane_count>();
        settings.lane[feeding] = {lane_kind::feeding, processor, unit_multiplier};
        settings.lane[device] = {lane_kind::device, accelerator};
        settings.die[processor].max_mw = idle_mw[processor] + cores * core_mw;
        const auto made = plane_type::create(settings, 0);
        if (!made) throw std::logic_error(sentence(made.fault));
        plane_ = *made;
        plane_.base_price(base_price);
        sink_.network().air(with.air_c);
        for (std::uint32_t a = 0; a < agents; ++a) {
            const bool declares = with.how == scheme::declared && (is_feeder(a) || (a == pretender && with.pretends));
            market_->admit(a, {declares ? feeding : ordinary});
            market_->offer({a, drawn_value(), 1});
            if (!is_feeder(a)) market_->wake(a, 0);
        }
    }

    /// Runs for a millisecond. `decisions`, if any, gets the time of each decision.
    void quantum(latency_histogram<7>* decisions = nullptr) {
        now_ns_ += ms;
        take_requests();
        run_cores(decisions);
        const bool busy = run_accelerator();
        const std::array<std::uint32_t, 2> drawn_mw{idle_mw[processor] + running_ * core_mw,
                                                    idle_mw[accelerator] + (busy ? device_mw : 0)};
        sink_.step(drawn_mw[processor] / 1000., drawn_mw[accelerator] / 1000.);
        sense();
        const std::array<milliwatts, 2> drawn{milliwatts(drawn_mw[0]), milliwatts(drawn_mw[1])};
        if (plane_.step(now_ns_, view<milliwatts const>(drawn))) {
            market_->schedule(plane_.prices().schedule());
            const bool lanes = with_.how == scheme::coupled || with_.how == scheme::declared;
            market_->prefer(lanes && plane_.prices().feeding_first() ? plane_.prices().feeding_lanes() : 0);
        }
        recent_ += (busy || wanted() ? 1. : 0.) - recent_ / 100;
        measure(busy);
    }

    outcome finish() {
        const auto n = static_cast<double>(std::max<std::uint64_t>(1, measured_));
        const auto sigma = [n](double sum, double squares) {
            return std::sqrt(std::max(0., squares / n - sum / n * (sum / n)));
        };
        out_.utilisation /= n;
        out_.processor_sigma = sigma(out_.processor_c, squares_[processor]);
        out_.accelerator_sigma = sigma(out_.accelerator_c, squares_[accelerator]);
        out_.processor_c /= n;
        out_.accelerator_c /= n;
        for (double& m : out_.multiplier) m /= n;
        out_.in_time = due_ == 0 ? 1 : static_cast<double>(on_time_) / static_cast<double>(due_);
        for (std::size_t f = jobs; f < jobs + feeders; ++f) {
            if (woken_ns_[f] == 0 || woken_ns_[f] == now_ns_) continue;
            ++out_.unserved;
            waits_.record((now_ns_ - woken_ns_[f]) / ms);
        }
        out_.wait_p50 = waits_.percentile(500'000);
        out_.wait_p99 = waits_.percentile(990'000);
        return out_;
    }

private:
    using plane_type = plane<3, 128, 2, lane_count>;
    using market_type = market<tournament_tree<agents>, lane_count, free_of_charge, cores>;
    static constexpr std::uint32_t core_mw = 6'000;
    static constexpr std::uint32_t device_mw = 80'000;
    static constexpr std::array<std::uint32_t, 2> idle_mw{40'000, 20'000};
    static constexpr price base_price = 60;
    static constexpr std::uint32_t token_us = 5;      ///< tokenising
    static constexpr std::uint32_t chunk_us = 1'000;  ///< tokenised before a copy is launched, at most
    static constexpr std::uint32_t launch_us = 300;   ///< an iteration's
    static constexpr std::uint32_t answer_us = 20;    ///< and each running sequence's token

    static constexpr bool is_feeder(std::size_t a) { return a >= jobs && a < jobs + feeders; }

    /// What a millisecond is worth to an agent, feeder or not, for the next 50 ms.
    price drawn_value() { return static_cast<price>(1500 * std::exp(.8 * random_.normal())); }
    double time_s() const { return static_cast<double>(now_ns_) / 1e9 - with_.warm_up_s; }

    void wake(std::size_t feeder) {
        if (woken_ns_[feeder] == 0 && market_->table().state(feeder) == seat_state::blocked)
            woken_ns_[feeder] = now_ns_;
        market_->wake(feeder, now_ns_);
    }

    /// Is anything waiting for the accelerator? It counts as use: an accelerator that is starved is not idle.
    bool wanted() const {
        return !waiting_.empty() || !engine_.idle() ||
               std::any_of(prompts_.begin(), prompts_.end(), [](auto const& p) { return !p.empty(); });
    }

    void take_requests() {
        for (; next_ < requests_.size() && requests_[next_].arrival_ns <= now_ns_; ++next_) {
            llm::request const& r = requests_[next_];
            if (!engine_.serves(r.context, r.generated)) continue;
            if (time_s() >= 0) ++due_;
            const std::size_t feeder = 1 + next_ % (feeders - 1);
            prompts_[feeder].push_back({next_, std::max(1u, r.context * token_us)});
            wake(jobs + feeder);
        }
        if (now_ns_ / ms % 50 != 0) return;
        for (std::uint32_t a = 0; a < agents; ++a) market_->offer({a, drawn_value(), 1});
    }

    /// Puts everybody back, and sells as many cores as the processor's cap admits.
    void run_cores(latency_histogram<7>* decisions) {
        market_->close();
        for (std::size_t core = 0; core < cores; ++core) market_->decide(core, now_ns_);
        market_->close(false);
        running_ = 0;
        for (std::size_t core = 0; core < cores && plane_.admit(processor, core_mw); ++core) {
            const auto begin = std::chrono::steady_clock::now();
            const decision next = market_->decide(core, now_ns_);
            if (decisions != nullptr)
                decisions->record(static_cast<std::uint64_t>((std::chrono::steady_clock::now() - begin).count()));
            if (!next.run) continue;
            ++running_;
            const std::size_t agent = slot_of(next.run->winner.agent);
            const std::uint32_t launches = run(agent, next.lane);
            market_->charge(core, 1, core_mw);
            if (with_.how == scheme::coupled && watch_.ran(agent, launches))
                market_->move(agent, watch_.feeds(agent) ? feeding : ordinary);
        }
    }

    /// What an agent does with a millisecond of a core. Returns how much sold work it has launched.
    std::uint32_t run(std::size_t agent, std::uint32_t in) {
        if (agent == pretender) return run_pretender(in);
        if (!is_feeder(agent)) return 0;
        if (woken_ns_[agent] != 0) {
            if (time_s() >= 0) waits_.record((now_ns_ - woken_ns_[agent]) / ms);
            woken_ns_[agent] = 0;
        }
        std::uint32_t left_us = 1'000;
        std::uint32_t launches = 0;
        if (agent == jobs) {
            const std::uint32_t took = std::min(left_us, to_launch_us_);
            to_launch_us_ -= took;
            launches = took != 0 ? 1 : 0;  // tokens are copied back, or the iteration starts
            if (to_launch_us_ == 0) launched_ = true;
        } else {
            auto& prompts = prompts_[agent - jobs];
            while (left_us != 0 && !prompts.empty()) {
                const std::uint32_t took = std::min({left_us, prompts.front().left_us, chunk_us});
                left_us -= took;
                prompts.front().left_us -= took;
                ++launches;
                if (prompts.front().left_us != 0) continue;
                waiting_.push_back(prompts.front().request);
                prompts.pop_front();
            }
        }
        const bool done = agent == jobs ? to_launch_us_ == 0 : prompts_[agent - jobs].empty();
        if (done) market_->block(agent);
        return launches;
    }

    /// Feeds until it is taken for a feeder, which costs it little, and computes then until it is found out; over and over.
    std::uint32_t run_pretender(std::uint32_t in) {
        const bool launches = with_.pretends && time_s() >= 0 && with_.how == scheme::coupled && in == ordinary;
        if (time_s() >= 0 && time_s() < 10) out_.pretender_ms += 1;
        if (in != feeding || with_.how == scheme::declared) since_fed_ns_ = 0;
        if (in == feeding && with_.how == scheme::coupled) {
            if (since_fed_ns_ == 0) since_fed_ns_ = now_ns_;
            out_.found_out_ms =
                std::max(out_.found_out_ms, static_cast<std::uint32_t>((now_ns_ - since_fed_ns_) / ms + 1));
        }
        return launches ? 1 : 0;
    }

    /// Returns whether the accelerator worked in this millisecond. An iteration is sold and launched while the one before runs.
    bool run_accelerator() {
        if (left_ns_ == 0 && launched_) {
            launched_ = false;
            begin_iteration();
        }
        if (to_launch_us_ == 0 && !launched_ && (!waiting_.empty() || !engine_.idle() || left_ns_ != 0)) {
            to_launch_us_ = launch_us + answer_us * (engine_.costs().sequences - engine_.free_sequences());
            wake(jobs);
        }
        if (left_ns_ == 0 || !plane_.admit(accelerator, device_mw)) return false;
        left_ns_ -= std::min(left_ns_, ms);
        return true;
    }

    void begin_iteration() {
        std::erase_if(waiting_, [&](std::uint32_t r) {
            return now_ns_ - requests_[r].arrival_ns > 3 * llm::patience_ns(requests_[r].truth);
        });
        admitted_.clear();
        policy_.choose(waiting_, engine_, now_ns_, admitted_);
        if (engine_.idle()) return;
        left_ns_ = engine_.iterate();
        if (with_.device != nullptr) {
            const std::optional<std::uint64_t> took = with_.device->run(left_ns_);
            if (!took) throw std::runtime_error("the accelerator failed: " + with_.device->fault());
            left_ns_ = *took;
        }
        for (const std::uint32_t r : admitted_) {
            llm::request const& one = requests_[r];
            const bool counts = static_cast<double>(one.arrival_ns) / 1e9 >= with_.warm_up_s;
            if (counts && now_ns_ + left_ns_ - one.arrival_ns <= llm::patience_ns(one.truth)) ++on_time_;
        }
        if (!admitted_.empty())
            std::erase_if(waiting_, [&](std::uint32_t r) {
                return std::find(admitted_.begin(), admitted_.end(), r) != admitted_.end();
            });
    }

    void sense() {
        const std::array<double, 2> true_c{sink_.processor(), sink_.accelerator()};
        for (std::size_t die = 0; die < 2; ++die) {
            if (const auto mc = eye_[die].measure(true_c[die]))
                plane_.observe(die, {milli_celsius(*mc), now_ns_ - 100 * ms});
        }
        if (now_ns_ / ms % 10 != 0) return;
        const bool couples = with_.how != scheme::uncoupled;
        const auto use = static_cast<share_q16>(std::min(1., recent_ / 100) * whole_share);
        plane_.observe_load({{couples ? use : 0, use}, now_ns_});
    }

    void measure(bool busy) {
        if (now_ns_ / ms % 100 == 0) {
            out_.history.push_back({time_s(), sink_.processor(), sink_.accelerator(),
                                    plane_.prices().multiplier(ordinary) / static_cast<double>(unit_multiplier),
                                    recent_ / 100});
        }
        if (sink_.processor() > limit_c || sink_.accelerator() > limit_c) out_.over_limit_s += .001;
        if (time_s() < 0) return;
        ++measured_;
        out_.utilisation += busy;
        out_.processor_c += sink_.processor();
        out_.accelerator_c += sink_.accelerator();
        squares_[processor] += sink_.processor() * sink_.processor();
        squares_[accelerator] += sink_.accelerator() * sink_.accelerator();
        for (std::size_t l = 0; l < lane_count; ++l)
            out_.multiplier[l] += plane_.prices().multiplier(l) / static_cast<double>(unit_multiplier);
    }

    struct prompt {
        std::uint32_t request;
        std::uint32_t left_us;
    };

    std::vector<llm::request> const& requests_;
    run_settings with_;
    sim::random_numbers random_;
    plane_type plane_;
    std::unique_ptr<market_type> market_ = std::make_unique<market_type>();
    sim::shared_sink sink_;
    std::array<sim::sensor, 2> eye_{sim::sensor({}, 1), sim::sensor({}, 2)};
    feeding_watch<agents> watch_;
    sim::serving_engine engine_;
    llm::market_policy policy_;

    std::uint64_t now_ns_ = 0;
    std::uint32_t next_ = 0;
    std::uint32_t running_ = 0;
    std::array<std::deque<prompt>, feeders> prompts_;
    std::array<std::uint64_t, agents> woken_ns_{};
    llm::queue waiting_, admitted_;
    std::uint32_t to_launch_us_ = 0;
    bool launched_ = false;      ///< the next iteration can start
    std::uint64_t left_ns_ = 0;  ///< of the one that runs
    double recent_ = 0;          ///< quanta of the last 100 in which the accelerator worked or was waited for, smoothed
    std::uint64_t since_fed_ns_ = 0;

    std::uint64_t measured_ = 0, due_ = 0, on_time_ = 0;
    std::array<double, 2> squares_{};
    latency_histogram<7> waits_;
    outcome out_;
};

inline outcome run_machine(std::vector<llm::request> const& requests, run_settings const& with) {
    const auto m = std::make_unique<machine>(requests, with);
    const auto quanta = static_cast<std::uint64_t>((with.warm_up_s + with.seconds) * 1000);
    for (std::uint64_t q = 0; q < quanta; ++q) m->quantum();
    return m->finish();
}

}  // namespace maxwell::dual
