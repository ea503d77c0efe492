// SPDX-License-Identifier: MIT

#include "sim/fleet.hpp"

#include <maxwell/sim/metrics.hpp>
#include <maxwell/sim/random.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

namespace maxwell::simulator {

std::vector<fleet_policy_info> const& fleet_policies() {
    static const std::vector<fleet_policy_info> all = {
        {"stay at home", "fleet: each job runs where it arrives", fleet_policy::stay},
        {"cheaper of two", "fleet: its home or one other machine, by the signal", fleet_policy::two},
        {"cheapest of all", "fleet: the machine of the lowest signal", fleet_policy::cheapest},
        {"leave if dear", "fleet: moves where its home bars it and the whole's price doesn't", fleet_policy::leave},
        {"one market", "fleet: all processors in one market", fleet_policy::one},
    };
    return all;
}

namespace {

struct job {
    double value;       ///< a microsecond
    double left_ms;     ///< to run
    double until_ms;    ///< its patience ends
    double here_at_ms;  ///< it is on its way until then
    double first_ms;    ///< it arrived
    bool moved;
};

/// The best jobs of one market in one epoch.
struct sale {
    double value = 0;  ///< served, summed
    double price = 0;  ///< the least value that is served; 0 if there is room
};

class market_of_jobs {
public:
    explicit market_of_jobs(std::size_t processors) : processors_(processors) {}

    std::vector<job>& jobs() { return jobs_; }

    /// Runs the best for an epoch. Those that are done or have run out of patience leave.
    sale run(double now_ms, double epoch_ms, std::uint64_t& finished, std::uint64_t& gave_up) {
        const auto here =
            std::partition(jobs_.begin(), jobs_.end(), [now_ms](job const& j) { return j.here_at_ms <= now_ms; });
        const auto waiting = static_cast<std::size_t>(here - jobs_.begin());
        const std::size_t served = std::min(waiting, processors_);
        if (waiting > processors_) {
            std::nth_element(jobs_.begin(), jobs_.begin() + static_cast<std::ptrdiff_t>(served - 1), here,
                             [](job const& a, job const& b) {
                                 return a.value != b.value ? a.value > b.value : a.first_ms < b.first_ms;
                             });
        }
        sale s;
        for (std::size_t i = 0; i < served; ++i) {
            s.value += jobs_[i].value * std::min(1., jobs_[i].left_ms / epoch_ms);
            jobs_[i].left_ms -= epoch_ms;
        }
        if (waiting >= processors_) s.price = jobs_[served - 1].value;
        std::erase_if(jobs_, [&](job const& j) {
            if (j.left_ms <= 0) return ++finished, true;
            if (j.until_ms <= now_ms + epoch_ms) return ++gave_up, true;
            return false;
        });
        return s;
    }

private:
    std::size_t processors_;
    std::vector<job> jobs_;
};

class fleet {
public:
    fleet(experiment const& e, fleet_settings const& s, fleet_policy with, std::uint64_t seed)
        : experiment_(e),
          settings_(s),
          epoch_ms_(s.signal_age_ms > 0 ? std::min(s.epoch_ms, s.signal_age_ms) : s.epoch_ms),
          with_(with),
          random_(seed),
          moves_(seed + 1),
          machines_(s.machines, market_of_jobs(s.processors)),
          whole_(std::size_t{s.machines} * s.processors),
          price_(s.machines),
          signal_(s.machines) {}

    std::optional<run_result> run(std::atomic<bool> const& stop) {
        const auto start = std::chrono::steady_clock::now();
        const auto warm = static_cast<std::uint64_t>(experiment_.warm_up_s * 1e3 / epoch_ms_);
        const auto epochs = warm + static_cast<std::uint64_t>(std::ceil(experiment_.seconds * 1e3 / epoch_ms_));
        std::vector<double> sums(settings_.machines), squares(settings_.machines);
        double value = 0, best = 0, next_signal_ms = 0;
        std::uint64_t none = 0;
        for (std::uint64_t epoch = 0; epoch < epochs; ++epoch) {
            if (stop.load(std::memory_order_relaxed)) return std::nullopt;
            const double now_ms = static_cast<double>(epoch) * epoch_ms_;
            if (epoch == warm) finished_ = gave_up_ = arrived_ = moved_ = 0;
            if (now_ms >= next_signal_ms) {  // of the epoch before: the signal is never younger than that
                signal_ = price_;
                whole_signal_ = whole_price_;
                next_signal_ms = now_ms + std::max(settings_.signal_age_ms, epoch_ms_);
            }
            arrive(now_ms);
            if (with_ == fleet_policy::leave) move(now_ms);
            const sale all = whole_.run(now_ms, epoch_ms_, with_ == fleet_policy::one ? finished_ : none,
                                        with_ == fleet_policy::one ? gave_up_ : none);
            whole_price_ = all.price;
            double served = 0;
            if (with_ == fleet_policy::one) {
                served = all.value;
            } else {
                for (std::size_t m = 0; m < machines_.size(); ++m) {
                    const sale s = machines_[m].run(now_ms, epoch_ms_, finished_, gave_up_);
                    served += s.value;
                    price_[m] = s.price;
                    if (epoch >= warm) sums[m] += s.price, squares[m] += s.price * s.price;
                }
            }
            if (epoch >= warm) value += served, best += all.value;
        }
        return result(start, value, best, epochs - warm, sums, squares);
    }

private:
    using time = std::chrono::steady_clock::time_point;

    run_result result(time start, double value, double best, std::uint64_t epochs, std::vector<double> const& sums,
                      std::vector<double> const& squares) const {
        run_result r;
        const auto n = static_cast<double>(epochs);
        r[metric::value] = value / n;
        r[metric::over_best] = best > 0 ? value / best : 1;
        r[metric::finished] = static_cast<double>(finished_) / (n * epoch_ms_) * 1e3;
        const auto ended = static_cast<double>(finished_ + gave_up_);
        if (ended > 0) r[metric::gave_up] = static_cast<double>(gave_up_) / ended;
        if (arrived_ > 0) r[metric::moved] = static_cast<double>(moved_) / static_cast<double>(arrived_);
        if (with_ != fleet_policy::one) {
            double swing = 0, mean = 0;
            for (std::size_t m = 0; m < sums.size(); ++m) {
                mean += sums[m] / n;
                swing += std::sqrt(std::max(0., squares[m] / n - sums[m] / n * (sums[m] / n)));
            }
            if (mean > 0) r[metric::oscillation] = swing / mean;
        }
        r.decisions = epochs * settings_.machines * settings_.processors;
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        r.quanta_per_s = static_cast<double>(r.decisions) / took.count();
        return r;
    }

    /// A number of arrivals of this mean (Knuth's product below 30, a normal approximation above).
    std::uint32_t poisson(double mean) {
        if (mean > 30)
            return static_cast<std::uint32_t>(std::max(0., std::round(mean + std::sqrt(mean) * random_.normal())));
        std::uint32_t n = 0;
        for (double left = random_.uniform(), limit = std::exp(-mean); left > limit; left *= random_.uniform()) ++n;
        return n;
    }

    void arrive(double now_ms) {
        const double usual = settings_.load * settings_.processors * epoch_ms_ / settings_.run_ms;
        for (std::uint32_t m = 0; m < settings_.machines; ++m) {
            const double turn = now_ms / 1e3 / settings_.swing_s + static_cast<double>(m) / settings_.machines;
            const std::uint32_t count = poisson(usual * (1 + settings_.swing * std::sin(2 * std::numbers::pi * turn)));
            for (std::uint32_t i = 0; i < count; ++i) {
                job j{settings_.value(random_),
                      settings_.run_ms * random_.exponential(),
                      now_ms + settings_.patience_ms,
                      now_ms,
                      now_ms,
                      false};
                ++arrived_;
                whole_.jobs().push_back(j);
                if (with_ != fleet_policy::one) machines_[place(m, j, now_ms)].jobs().push_back(j);
            }
        }
    }

    /// Where a job of home `m` goes when it arrives.
    std::uint32_t place(std::uint32_t m, job& j, double now_ms) {
        std::uint32_t to = m;
        if (with_ == fleet_policy::two) {
            const std::uint32_t other = moves_.below(settings_.machines);
            if (signal_[other] < signal_[m]) to = other;
        } else if (with_ == fleet_policy::cheapest) {
            to = cheapest();
        }
        if (to != m) {
            ++moved_;
            j.here_at_ms = now_ms + settings_.move_ms;
        }
        return to;
    }

    /// Of the machines of the lowest signal one at random: the first from a random one on.
    std::uint32_t cheapest() {
        const std::uint32_t from = moves_.below(settings_.machines);
        std::uint32_t best = from;
        for (std::uint32_t i = 1; i < settings_.machines && signal_[best] > 0; ++i) {
            const std::uint32_t m = (from + i) % settings_.machines;
            if (signal_[m] < signal_[best]) best = m;
        }
        return best;
    }

    /// Jobs that their machine bars and the whole wouldn't.
    void move(double now_ms) {
        for (std::uint32_t m = 0; m < settings_.machines; ++m) {
            if (price_[m] <= whole_signal_) continue;
            std::vector<job>& jobs = machines_[m].jobs();
            for (std::size_t i = 0; i < jobs.size();) {
                job& j = jobs[i];
                if (j.here_at_ms > now_ms || j.value >= price_[m] || j.value < whole_signal_) {
                    ++i;
                    continue;
                }
                moved_ += j.moved ? 0 : 1;
                j.moved = true;
                j.here_at_ms = now_ms + settings_.move_ms;
                arriving_.emplace_back(moves_.below(settings_.machines), j);
                j = jobs.back();
                jobs.pop_back();
            }
        }
        for (auto const& [to, j] : arriving_) machines_[to].jobs().push_back(j);
        arriving_.clear();
    }

    experiment const& experiment_;
    fleet_settings const& settings_;
    double epoch_ms_;  ///< no longer than the signal is old
    fleet_policy with_;
    sim::random_numbers random_;  ///< what arrives: the same for every policy
    sim::random_numbers moves_;
    std::vector<market_of_jobs> machines_;
    market_of_jobs whole_;                ///< all jobs in one market: run beside, to compare with
    std::vector<double> price_, signal_;  ///< by machine
    double whole_price_ = 0, whole_signal_ = 0;
    std::vector<std::pair<std::uint32_t, job>> arriving_;
    std::uint64_t finished_ = 0, gave_up_ = 0, arrived_ = 0, moved_ = 0;
};

}  // namespace

std::optional<run_result> run_fleet(experiment const& e, point const& p, fleet_policy with, std::uint64_t seed,
                                    std::atomic<bool> const& stop) {
    return fleet(e, *p.fleet, with, seed).run(stop);
}

}  // namespace maxwell::simulator
