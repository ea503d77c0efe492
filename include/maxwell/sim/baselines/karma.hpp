// SPDX-License-Identifier: MIT
//
// Karma: a user that takes less than its share now has credits for more later (Vuppalapati, Fikioris, Agarwal, Cidon, Khandelwal, Tardos, OSDI 2023).
//
//     fair share f of each of n users; the part alpha of it is guaranteed, the rest is shared
//
//     each quantum   everybody gets (1 - alpha) f credits, and min(demand, alpha f) slices
//                    what is guaranteed and not wanted is donated; then, slice by slice, while one is left and somebody wants it:
//                    to the borrower with the most credits, which pays one; from the donor with the fewest, which gets one, or from what is
//                    shared
//
// Over time allocations even out, and a user gains nothing by a demand above its true one. Credits buy nothing else: what a slice is worth to
// its user plays no part.
//
// Complexity: allocate O(n + slices * n), plainly.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace maxwell::sim::baselines {

class karma {
public:
    /// `fair_share` slices a quantum for each of `users`, of which the part `alpha` in [0, 1] is guaranteed, rounded down to whole slices.
    /// The shares of all together are whole. Everybody begins with `credits`.
    karma(std::size_t users, double fair_share, double alpha, double credits)
        : credits_(users, credits),
          guaranteed_(static_cast<std::uint32_t>(fair_share * alpha)),
          earned_(fair_share - guaranteed_),
          slices_(static_cast<std::uint32_t>(std::lround(fair_share * static_cast<double>(users)))) {}

    /// What each user gets of this quantum's slices, by what each can use.
    std::vector<std::uint32_t> allocate(std::vector<std::uint32_t> const& demands) {
        const std::size_t n = credits_.size();
        std::vector<std::uint32_t> got(n), donated(n);
        std::uint32_t all_donated = 0;
        for (std::size_t u = 0; u < n; ++u) {
            credits_[u] += earned_;
            got[u] = std::min(demands[u], guaranteed_);
            all_donated += donated[u] = guaranteed_ - got[u];
        }
        auto shared = static_cast<std::uint32_t>(slices_ - n * guaranteed_);
        while (all_donated + shared > 0) {
            const std::size_t borrower = best(
                n, [&](std::size_t u) { return got[u] < demands[u] && credits_[u] > 0; }, 1);
            if (borrower == n) break;
            if (all_donated > 0) {
                const std::size_t donor = best(
                    n, [&](std::size_t u) { return donated[u] > 0; }, -1);
                ++credits_[donor];
                --donated[donor];
                --all_donated;
            } else {
                --shared;
            }
            ++got[borrower];
            --credits_[borrower];
        }
        return got;
    }

    double credits(std::size_t user) const { return credits_[user]; }

private:
    /// Of those that `take_part` the user with the most credits, or with the fewest if `sign` is -1; the first among equals; n if there is none.
    template <class TakesPart>
    std::size_t best(std::size_t n, TakesPart take_part, double sign) const {
        std::size_t found = n;
        for (std::size_t u = 0; u < n; ++u) {
            if (take_part(u) && (found == n || sign * credits_[u] > sign * credits_[found])) found = u;
        }
        return found;
    }

    std::vector<double> credits_;
    std::uint32_t guaranteed_;
    double earned_;
    std::uint32_t slices_;
};

}  // namespace maxwell::sim::baselines
