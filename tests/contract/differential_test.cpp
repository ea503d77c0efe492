// SPDX-License-Identifier: MIT
//
// Every container against its oracle over long random runs: 10^6 operations for each distribution of amounts, with
// reserves, withdrawals, generations, affinity, bonuses, and the arrival counter just below its wrap.

#include "contract/containers.hpp"
#include "support/dice.hpp"
#include "support/lockstep.hpp"
#include "support/scale.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>

namespace maxwell::test {
namespace {

enum class distribution { uniform, zipf, equal, rising, alternating };

/// Amounts as the distribution has them; deterministic for a seed.
class amounts {
public:
    amounts(distribution d, unsigned seed) : kind_(d), random_(seed) {}
    price next() {
        switch (kind_) {
            case distribution::uniform:
                return static_cast<price>(random_());
            case distribution::zipf: {  // rank r of 1,000 with probability about 1/r
                const double u = std::uniform_real_distribution<>(0.0, std::log(1000.0))(random_);
                return static_cast<price>(100.0 * std::exp(u));
            }
            case distribution::equal:
                return 150;
            case distribution::rising:
                return static_cast<price>(++count_);
            case distribution::alternating:
                return ++count_ % 2 == 0 ? 0xFFFF'FFFFu : 0;
        }
        return 0;
    }

private:
    distribution kind_;
    std::uint64_t count_ = 0;
    std::mt19937_64 random_;
};

template <class Subject>
class differential : public ::testing::Test {};
TYPED_TEST_SUITE(differential, MAXWELL_CONTAINERS);

template <class Subject>
void compare(distribution d) {
    using container = typename Subject::container;
    constexpr std::size_t capacity = container::capacity();
    dice random(static_cast<unsigned>(d) + 77);
    amounts next(d, 99);
    std::array<std::uint32_t, capacity> generation{};
    const bool draws = container::traits.winner == fidelity::sampled;  // dear for the oracle
    const std::size_t operations = scaled_of_soak(draws ? 10'000 : 1'000'000);
    // The count of arrivals wraps on the way.
    auto both = std::make_unique<twin<container, typename Subject::oracle>>(~std::uint64_t{0} - operations / 2);
    for (std::size_t i = 0; i < operations; ++i) {
        const auto slot = static_cast<std::uint32_t>(random.below(capacity));
        operation o{op::insert, static_cast<std::uint8_t>(random.below(6)), make_agent_id(slot, generation[slot]),
                    next.next(), static_cast<std::uint32_t>(1 + random.below(4096))};
        const auto draw = random.below(1000);
        if (draw < 400) {
            o.kind = op::insert;
        } else if (draw < 650) {
            o.kind = op::quantum;
        } else if (draw < 800) {
            o.kind = op::extract_max;
        } else if (draw < 860) {
            o.kind = op::expire;
        } else if (draw < 880) {
            o.kind = op::retire;
            ++generation[slot];
        } else if (draw < 890 && generation[slot] > 0) {
            o.agent = make_agent_id(slot, generation[slot] - 1);  // a late bid
        } else if (draw < 900) {
            o.kind = op::update_price;
            o.amount = draw % 2 == 0 ? 0 : o.amount;
        } else if (draw < 930) {
            o.kind = op::quantum_bonus;
        } else if (draw < 960) {
            o.kind = capacity > 64 && draw % 10 != 0 ? op::extract_max : op::extract_max_if;  // dear for the oracle
        } else if (draw < 963) {
            o.kind = op::set_units;
            o.units = random.below(4) == 0 ? 0 : random.below(4096);
        } else if (draw == 963 && (capacity <= 64 || random.below(40) == 0)) {
            o.kind = op::insert_all;
        } else if (draw < 975) {
            o.kind = op::extract_units;
            o.amount = random.below(10'000);  // a supply of a few bids' units
        } else if (draw < 990) {
            o.kind = op::extract_top;
        } else if (draw == 999 && random.below(100) == 0) {
            o.kind = op::clear;
        }
        const bool deep = capacity <= 64 ? i % 16 == 0 : i % 1024 == 0;
        char const* why = both->apply(o, deep);
        ASSERT_EQ(why, nullptr) << why << ", at operation " << i;
    }
}

TYPED_TEST(differential, uniform) { compare<TypeParam>(distribution::uniform); }
TYPED_TEST(differential, zipf) { compare<TypeParam>(distribution::zipf); }
TYPED_TEST(differential, equal) { compare<TypeParam>(distribution::equal); }
TYPED_TEST(differential, rising) { compare<TypeParam>(distribution::rising); }
TYPED_TEST(differential, alternating) { compare<TypeParam>(distribution::alternating); }

}  // namespace
}  // namespace maxwell::test
