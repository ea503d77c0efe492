// SPDX-License-Identifier: MIT
//
// paced_market: a tenant with a budget among rivals that don't react, over many periods of second-price sales. What its pacer makes
// of the budget, what the best constant factor would have made of it in hindsight, and what truth makes of it until it is spent.

#pragma once

#include "support/dice.hpp"

#include <maxwell/market/pacer.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace maxwell::test {

class paced_market {
public:
    struct result {
        double value = 0;  ///< of what was won while the whole budget lasted
        double spent_in_the_second_half = 0;
        double budget_of_the_second_half = 0;
        std::uint32_t last_factor_q16 = 0;
    };

    paced_market(std::uint64_t seed, int periods, double share) : periods_(periods) {
        dice any(seed);
        std::uint64_t truth_spends = 0;
        for (int n = 0; n < periods * sales_per_period; ++n) {
            const price value = 1000 + any.below(100'000);
            const price rival = 1000 + std::max(any.below(60'000), any.below(60'000));
            sales_.push_back({value, rival});
            if (value > rival) truth_spends += rival;
        }
        budget_ = static_cast<std::uint64_t>(share * static_cast<double>(truth_spends) / periods);
    }

    result paced_from_truth() const { return paced_from(1); }

    /// The same where the tenant reports `scale` times its values.
    result paced_from(double scale) const {
        pacer<1> p;
        result r;
        std::uint64_t left = budget_ * static_cast<std::uint64_t>(periods_);
        for (int period = 0; period < periods_; ++period) {
            std::uint64_t spent = 0;
            for (int n = 0; n < sales_per_period; ++n) {
                const sale s = sales_[static_cast<std::size_t>(period * sales_per_period + n)];
                const auto report = static_cast<price>(s.value * scale);
                if (paced(report, p.factor_q16(0)) <= s.rival || s.rival > left) continue;
                r.value += s.value;
                left -= s.rival;
                spent += s.rival;
            }
            p.spent(0, spent);
            const std::uint64_t budgets[] = {budget_};
            p.end_period(budgets);
            if (period < periods_ / 2) continue;
            r.spent_in_the_second_half += static_cast<double>(spent);
            r.budget_of_the_second_half += static_cast<double>(budget_);
        }
        r.last_factor_q16 = p.factor_q16(0);
        return r;
    }

    double value_of_the_best_constant_factor() const {
        double best = 0;
        for (std::uint32_t factor = 1024; factor <= 65536; factor += 1024) best = std::max(best, value_of(factor));
        return best;
    }

    double value_of_truth_while_the_budget_lasts() const { return value_of(65536); }

private:
    struct sale {
        price value;
        price rival;
    };
    static constexpr int sales_per_period = 100;

    double value_of(std::uint32_t factor_q16) const {
        double value = 0;
        std::uint64_t left = budget_ * static_cast<std::uint64_t>(periods_);
        for (sale const& s : sales_) {
            if (paced(s.value, factor_q16) <= s.rival || s.rival > left) continue;
            value += s.value;
            left -= s.rival;
        }
        return value;
    }

    int periods_;
    std::uint64_t budget_ = 0;  ///< of a period
    std::vector<sale> sales_;
};

}  // namespace maxwell::test
