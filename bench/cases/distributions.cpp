// SPDX-License-Identifier: MIT

#include "cases/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace maxwell::bench {

feed::feed(distribution d, std::size_t agents, std::size_t capacity)
    : amount_(2 * length), draw_(2 * length), gone_(longest_loop) {
    std::mt19937_64 random(0x6D61'7877'656C'6Cu + agents);  // the same bids for every structure
    std::vector<std::uint32_t> slots(capacity);
    std::iota(slots.begin(), slots.end(), 0u);
    std::shuffle(slots.begin(), slots.end(), random);
    slots.resize(agents);
    agent_ = slots;
    agent_.insert(agent_.end(), slots.begin(), slots.end());

    std::lognormal_distribution<double> lognormal(std::log(1e6), 1.0);
    for (std::size_t i = 0; i < length; ++i) {
        draw_[i] = draw_[length + i] = slots[random() % agents];
        switch (d) {
            case distribution::uniform:
                amount_[i] = static_cast<price>(1 + random() % 0xFFFF'FFFFu);
                break;
            case distribution::lognormal:
                amount_[i] = static_cast<price>(std::clamp(lognormal(random), 1.0, 4294967295.0));
                break;
            case distribution::equal:
                amount_[i] = 1u << 20;
                break;
            case distribution::rising:
                amount_[i] = static_cast<price>(1024 + i * step);
                break;
            case distribution::alternating:
                amount_[i] = ((i ^ (i >> 1)) & 1) == 0 ? 1u : 0xFFFF'FFFFu;
                break;
        }
    }
    if (d == distribution::rising) lap_ = length * step;
    for (std::size_t i = 0; i < length; ++i) amount_[length + i] = amount_[i] + static_cast<price>(lap_);
}

}  // namespace maxwell::bench
