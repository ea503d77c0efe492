// SPDX-License-Identifier: MIT
//
// A crowd of 1,000 agents that bid by one law, quantum after quantum, and what tiers make of their bids.
//
//     lognormal   amounts over decades: sigma 1 around a million
//     narrow      all within a few per cent: sigma 1 %
//     bimodal     one half around 20,000, the other around a million, each within .2 %
//     drifting    narrow, around a price that doubles in 200,000 bids
//     racing      narrow, around a price that doubles in 20,000 bids
//     jumping     narrow, around a price that is another one each 20,000 bids
//
// Seeds are fixed: the same figures come out on every machine.

#pragma once

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string_view>
#include <vector>

namespace maxwell::bench {

enum class law : std::uint8_t { lognormal, narrow, bimodal, drifting, racing, jumping };
inline constexpr std::array<std::string_view, 6> law_names{"lognormal", "narrow", "bimodal",
                                                           "drifting",  "racing", "jumping"};

class amounts_by_law {
public:
    explicit amounts_by_law(law l) : law_(l) {}

    price next() {
        constexpr double around = 1e6;
        const double bids = static_cast<double>(drawn_++);
        switch (law_) {
            case law::lognormal:
                return spread(around, 1.0);
            case law::narrow:
                return spread(around, 0.01);
            case law::bimodal:
                return spread(random_() % 2 == 0 ? around : around / 50, 0.002);
            case law::drifting:
                return spread(around * std::exp2(bids / (10 * jump)), 0.01);
            case law::racing:
                return spread(around * std::exp2(bids / jump), 0.01);
            case law::jumping:
                return spread(around * (1 + static_cast<double>((drawn_ - 1) / jump % 7) * 1.37), 0.01);
        }
        return 0;
    }

    static constexpr std::uint64_t jump = 20'000;  ///< bids

private:
    price spread(double around, double sigma) {
        std::lognormal_distribution<double> of(std::log(around), sigma);
        return static_cast<price>(std::clamp(of(random_), 1.0, 4294967295.0));
    }

    law law_;
    std::uint64_t drawn_ = 0;
    std::mt19937_64 random_{17};
};

struct crowd_figures {
    double collisions = 0;  ///< share of pairs of live bids that lie in one tier of the newest boundaries
    double loss = 0;        ///< what winners offer less than the best, as a share of the best
    double worst_loss = 0;  ///< the same of the worst decision
};

/// The tier of `p` by the boundaries that A would file it under now.
template <std::size_t N, class Tiers>
std::uint32_t tier_now(stratified_buckets<N, Tiers> const&, price p) {
    return Tiers::index(p);
}
template <std::size_t N, std::uint32_t Count, std::uint32_t Period>
std::uint32_t tier_now(stratified_buckets<N, adaptive_tiers<Count, Period>> const& a, price p) {
    std::uint32_t low = 0;  // the last tier that begins at or below p
    for (std::uint32_t n = Count; n > 1; n -= n / 2) low += a.lower_edge(low + n / 2) <= p ? n / 2 : 0;
    return low;
}

template <class A>
double collisions_of(A const& a, std::vector<price> const& live) {
    std::vector<std::uint32_t> tiers;
    for (const price p : live) tiers.push_back(tier_now(a, p));
    std::sort(tiers.begin(), tiers.end());
    double pairs = 0;
    for (std::size_t i = 0, run = 0; i < tiers.size(); ++i) {
        run = i > 0 && tiers[i] == tiers[i - 1] ? run + 1 : 0;
        pairs += static_cast<double>(run);
    }
    const double n = static_cast<double>(live.size());
    return pairs / (n * (n - 1) / 2);
}

/// Runs quanta, each a random agent's rebid, an extraction and the winner's rebid, and calls `seen(bids, figures)` with what
/// the last `sample` of them came to.
template <class Tiers, class Seen>
void watch_crowd(law l, int quanta, int sample, Seen seen) {
    constexpr std::size_t agents = 1000;
    const auto a = std::make_unique<stratified_buckets<agents, Tiers>>();
    amounts_by_law amounts(l);
    std::mt19937_64 random(7);
    std::vector<price> live(agents);
    std::uint64_t bids = 0;
    const auto bid_again = [&](std::size_t slot) {
        live[slot] = amounts.next();
        a->insert({slot, live[slot], 1});
        ++bids;
    };
    for (std::size_t slot = 0; slot < agents; ++slot) bid_again(slot);
    crowd_figures f;
    for (int quantum = 1; quantum <= quanta; ++quantum) {
        bid_again(random() % agents);
        const double best = *std::max_element(live.begin(), live.end());
        const auto won = a->extract_max();
        const double loss = (best - won->winner.amount) / best;
        f.loss += loss / sample;
        f.worst_loss = std::max(f.worst_loss, loss);
        bid_again(slot_of(won->winner.agent));
        if (quantum % sample != 0) continue;
        f.collisions = collisions_of(*a, live);
        seen(bids, f);
        f = {};
    }
}

/// The mean over all samples but those of the first half; the worst of them.
template <class Tiers>
crowd_figures settled_crowd(law l) {
    constexpr int quanta = 60'000;
    constexpr int sample = 500;
    crowd_figures all;
    int samples = 0;
    watch_crowd<Tiers>(l, quanta, sample, [&](std::uint64_t bids, crowd_figures const& f) {
        if (bids < quanta) return;
        ++samples;
        all.collisions += f.collisions;
        all.loss += f.loss;
        all.worst_loss = std::max(all.worst_loss, f.worst_loss);
    });
    all.collisions /= samples;
    all.loss /= samples;
    return all;
}

}  // namespace maxwell::bench
