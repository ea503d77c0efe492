// SPDX-License-Identifier: MIT

#include "sim/device.hpp"

#include "harness/clock.hpp"
#include "sim/population.hpp"

#include <maxwell/core/latency_histogram.hpp>
#include <maxwell/gpu/batch_auction.hpp>
#include <maxwell/sim/random.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace maxwell::simulator {

std::vector<device_policy_info> const& device_policies() {
    static const std::vector<device_policy_info> all = {
        {"units, skip", "device: a batch auction by price per unit; what doesn't fit is passed over",
         device_policy::skip},
        {"units, stop", "device: the same, and what doesn't fit ends the sale", device_policy::stop},
        {"first come", "device: in order of arrival, until one doesn't fit", device_policy::first_come},
        {"random order", "device: in an order drawn anew, passing over what doesn't fit", device_policy::random_order},
    };
    return all;
}

namespace {

class device {
public:
    device(experiment const& e, device_settings const& s, device_policy with, std::uint64_t seed)
        : experiment_(e),
          settings_(s),
          with_(with),
          arrivals_(seed),
          order_(seed + 1),
          gap_ms_(s.units.mean() * s.run_ms.mean() / (s.load * s.capacity)) {}

    std::optional<run_result> run(std::atomic<bool> const& stop) {
        const auto start = std::chrono::steady_clock::now();
        const auto warm = static_cast<std::uint64_t>(std::ceil(experiment_.warm_up_s * 1e3 / settings_.batch_ms));
        const auto all = warm + static_cast<std::uint64_t>(std::ceil(experiment_.seconds * 1e3 / settings_.batch_ms));
        next_ms_ = gap_ms_ * arrivals_.exponential();
        for (std::uint64_t batch = 0; batch < all; ++batch) {
            if (stop.load(std::memory_order_relaxed)) return std::nullopt;
            now_ms_ = static_cast<double>(batch) * settings_.batch_ms;
            counts_ = batch >= warm;
            give_up();
            arrive();
            const std::uint64_t before = bench::ticks_begin();
            sell();
            cycles_.record(bench::ticks_end() - before);
            serve();
        }
        run_result r = result(static_cast<double>(all - warm));
        r.decisions = all;
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        r.quanta_per_s = static_cast<double>(all) / took.count();
        static const bench::clock_facts clock = bench::measure_clock();
        r.ns_per_decision = clock.ns(cycles_.percentile(500'000));
        return r;
    }

private:
    struct job {
        price value;  ///< of a unit, a microsecond
        std::uint32_t units;
        double run_ms, left_ms;
        double came_ms, until_ms, waits_since_ms;
        bool runs;    ///< in the batch before
        bool chosen;  ///< for the batch that is sold
        price pays;
    };

    void arrive() {
        for (; next_ms_ <= now_ms_; next_ms_ += gap_ms_ * arrivals_.exponential()) {
            job j{};
            j.value = as_price(settings_.value(arrivals_));
            j.units = static_cast<std::uint32_t>(
                std::clamp(std::lround(settings_.units(arrivals_)), 1l, long{settings_.capacity}));
            j.run_ms = j.left_ms = settings_.run_ms(arrivals_);
            j.came_ms = j.waits_since_ms = next_ms_;
            j.until_ms = next_ms_ + settings_.patience_ms(arrivals_);
            jobs_.push_back(j);
        }
    }

    void give_up() {
        std::erase_if(jobs_, [&](job const& j) {
            if (j.until_ms > now_ms_) return false;
            gave_up_ += counts_ ? 1 : 0;
            still_waits(j);
            return true;
        });
    }
    void still_waits(job const& j) {
        if (!j.runs) longest_ms_ = std::max(longest_ms_, now_ms_ - j.waits_since_ms);
    }

    /// Jobs stand in order of arrival, and so do their bids.
    void sell() {
        for (job& j : jobs_) j.chosen = false;
        if (with_ == device_policy::first_come || with_ == device_policy::random_order) return take_in_turn();
        bids_.clear();
        for (std::size_t i = 0; i < jobs_.size(); ++i) bids_.push_back({i, jobs_[i].value, jobs_[i].units});
        work_.resize((gpu::batch_workspace_bytes(bids_.size()) + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t));
        awards_.resize(bids_.size());
        const gpu::batch_result sold = gpu::clear_capacity(
            view<bid const>{bids_}, settings_.capacity, 0, with_ == device_policy::skip ? misfit::skip : misfit::stop,
            {reinterpret_cast<std::byte*>(work_.data()), work_.size() * sizeof(std::uint64_t)}, view<award>{awards_});
        if (sold.outcome != gpu::batch_status::ok) throw std::logic_error("a batch auction refused its batch");
        for (std::size_t i = 0; i < sold.winners; ++i) {
            job& j = jobs_[slot_of(awards_[i].winner.agent)];
            j.chosen = true;
            j.pays = awards_[i].payment;
        }
    }

    void take_in_turn() {
        turns_.resize(jobs_.size());
        std::iota(turns_.begin(), turns_.end(), std::size_t{0});
        if (with_ == device_policy::random_order) {
            for (std::size_t i = turns_.size(); i > 1; --i)
                std::swap(turns_[i - 1], turns_[order_.below(static_cast<std::uint32_t>(i))]);
        }
        std::uint64_t left = settings_.capacity;
        for (const std::size_t i : turns_) {
            if (jobs_[i].units > left) {
                if (with_ == device_policy::first_come) break;
                continue;
            }
            left -= jobs_[i].units;
            jobs_[i].chosen = true;
        }
    }

    /// The best that units could be worth if they were sold one by one: no sale of whole bids exceeds it.
    double best() {
        sorted_.clear();
        for (job const& j : jobs_) sorted_.emplace_back(j.value, j.units);
        std::sort(sorted_.begin(), sorted_.end(), std::greater<>());
        double value = 0;
        std::uint64_t left = settings_.capacity;
        for (auto const& [each, units] : sorted_) {
            const std::uint64_t got = std::min<std::uint64_t>(left, units);
            value += static_cast<double>(each) * static_cast<double>(got);
            left -= got;
            if (left == 0) break;
        }
        return value;
    }

    void serve() {
        if (counts_) best_ += best();
        const double end_ms = now_ms_ + settings_.batch_ms;
        for (job& j : jobs_) {
            if (!j.chosen) {
                if (j.runs) j.waits_since_ms = now_ms_;
                j.runs = false;
                continue;
            }
            if (!j.runs && counts_) waits_.record(static_cast<std::uint64_t>((now_ms_ - j.waits_since_ms) * 1e6));
            j.runs = true;
            const double used_ms = std::min(j.left_ms, settings_.batch_ms);
            j.left_ms -= used_ms;
            if (counts_) {
                const double unit_us = used_ms * 1e3 * j.units;
                chosen_ += static_cast<double>(j.value) * j.units;
                used_ += unit_us;
                value_ += unit_us * j.value;
                paid_ += unit_us * j.pays;
            }
            if (j.left_ms > 0 || !counts_) continue;
            ++finished_;
            const double slowdown = (end_ms - j.came_ms) / std::max(j.run_ms, settings_.batch_ms);
            slowdown_ += slowdown;
            slowdowns_.record(static_cast<std::uint64_t>(slowdown * 1e3));
        }
        std::erase_if(jobs_, [](job const& j) { return j.left_ms <= 0; });
    }

    run_result result(double batches) {
        now_ms_ += settings_.batch_ms;
        for (job const& j : jobs_) still_waits(j);
        run_result r;
        const double us = batches * settings_.batch_ms * 1e3;
        r[metric::value] = value_ / us;
        r[metric::over_best] = best_ > 0 ? chosen_ / best_ : 1;
        if (value_ > 0) r[metric::revenue] = paid_ / value_;
        r[metric::busy] = used_ / us / settings_.capacity;
        r[metric::longest_wait] = std::max(longest_ms_, static_cast<double>(waits_.maximum()) * 1e-6);
        r[metric::p99_wait] = static_cast<double>(waits_.percentile(990'000)) * 1e-6;
        for (const std::uint32_t p : {500'000u, 900'000u, 990'000u, 999'000u, 1'000'000u})
            r.waits.push_back(static_cast<double>(waits_.percentile(p)) * 1e-6);
        if (finished_ + gave_up_ > 0)
            r[metric::gave_up] = static_cast<double>(gave_up_) / static_cast<double>(finished_ + gave_up_);
        if (finished_ > 0) {
            r[metric::slowdown] = slowdown_ / static_cast<double>(finished_);
            r[metric::p99_slowdown] = static_cast<double>(slowdowns_.percentile(990'000)) * 1e-3;
            r[metric::finished] = static_cast<double>(finished_) / us * 1e6;
        }
        return r;
    }

    experiment const& experiment_;
    device_settings const& settings_;
    device_policy with_;
    sim::random_numbers arrivals_;  ///< the same for every policy
    sim::random_numbers order_;
    double gap_ms_;
    double next_ms_ = 0, now_ms_ = 0;
    bool counts_ = false;
    std::vector<job> jobs_;  ///< in order of arrival
    std::vector<bid> bids_;
    std::vector<std::uint64_t> work_;
    std::vector<award> awards_;
    std::vector<std::size_t> turns_;
    std::vector<std::pair<price, std::uint32_t>> sorted_;
    latency_histogram<> waits_, slowdowns_, cycles_;
    double value_ = 0, paid_ = 0, used_ = 0, best_ = 0, chosen_ = 0, slowdown_ = 0, longest_ms_ = 0;
    std::uint64_t finished_ = 0, gave_up_ = 0;
};

}  // namespace

std::optional<run_result> run_device(experiment const& e, point const& p, device_policy with, std::uint64_t seed,
                                     std::atomic<bool> const& stop) {
    return device(e, *p.device, with, seed).run(stop);
}

}  // namespace maxwell::simulator
