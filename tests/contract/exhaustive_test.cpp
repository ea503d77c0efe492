// SPDX-License-Identifier: MIT
//
// Every sequence of operations to length 6 with 3 agents and 4 prices, depth first over copies of the container: whatever
// can go wrong in a small market goes wrong here. The rarer operations are enumerated to length 4. CI runs two containers to length 6
// and two to length 5, the soak all.

#include "support/lockstep.hpp"
#include "support/reference_adaptive_auction.hpp"
#include "support/reference_auction.hpp"
#include "support/reference_draws.hpp"
#include "support/reference_sampler.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/probabilistic_sampler.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

namespace maxwell::test {
namespace {

constexpr std::uint32_t agents = 3;
constexpr price prices = 4;

template <class A, class Oracle>
class enumeration {
public:
    enumeration(std::vector<operation> alphabet, int length) : alphabet_(std::move(alphabet)), length_(length) {}

    /// Runs all sequences; null, or what differed. path() is then the sequence.
    char const* run(twin<A, Oracle> const& from, int depth = 0) {
        if (depth == length_) return nullptr;
        for (std::size_t i = 0; i < alphabet_.size(); ++i) {
            twin<A, Oracle> next = from;  // a memcpy
            path_.push_back(static_cast<int>(i));
            if (char const* why = next.apply(alphabet_[i], depth + 1 < length_)) return why;
            if (char const* why = run(next, depth + 1)) return why;
            path_.pop_back();
        }
        return nullptr;
    }
    std::vector<int> const& path() const { return path_; }

private:
    std::vector<operation> alphabet_;
    int length_;
    std::vector<int> path_;
};

std::vector<operation> common_operations() {
    std::vector<operation> all;
    for (std::uint32_t agent = 0; agent < agents; ++agent) {
        for (price p = 0; p < prices; ++p) all.push_back({op::insert, 0, agent, p, 1});
        all.push_back({op::expire, 0, agent, 0, 0});
        all.push_back({op::retire, 0, agent, 0, 0});
    }
    all.push_back({op::extract_max, 0, 0, 0, 0});
    all.push_back({op::update_price, 0, 0, 2, 0});
    all.push_back({op::update_price, 0, 0, 0, 0});
    return all;
}

std::vector<operation> rare_operations() {
    std::vector<operation> all;
    for (std::uint32_t agent = 0; agent < agents; ++agent) {
        for (const price p : {1u, 2u, 3u}) {
            all.push_back({op::insert, 0, agent, p, 1});
            all.push_back({op::quantum, 0, agent, p, 1});
            for (const std::uint32_t bonus : {0u, 1u}) all.push_back({op::quantum_bonus, 0, agent, p, bonus << 8 | 1u});
        }
        all.push_back({op::insert, 0, make_agent_id(agent, 1), 2, 1});
        all.push_back({op::quantum_bonus, 0, agent, 2, 0});
        all.push_back({op::retire, 0, make_agent_id(agent, 1), 0, 0});
    }
    for (std::uint8_t probes = 1; probes <= 3; ++probes) {
        all.push_back({op::extract_max_if, probes, 0, 0, 1});
        all.push_back({op::extract_top, probes, 0, 0, 0});
    }
    for (const std::uint32_t rule : {0u, 1u}) all.push_back({op::extract_units, 3, 0, 2, rule});
    for (const std::uint32_t units : {1u, 2u}) all.push_back({op::set_units, 0, 1, 0, units});
    all.push_back({op::insert_all, 2, 0, 1, 1});
    all.push_back({op::update_price, 0, 0, 2, 0});
    all.push_back({op::clear, 0, 0, 0, 0});
    return all;
}

template <class Container, class Oracle>
void enumerate(std::vector<operation> const& alphabet, int length) {
    if (small_scale()) length -= 2;
    enumeration<Container, Oracle> all(alphabet, length);
    char const* why = all.run(twin<Container, Oracle>{});
    // Once more just below the wrap of the arrival counter, whatever its width; a step shorter, for time.
    if (why == nullptr) {
        all = {alphabet, length - 1};
        why = all.run(twin<Container, Oracle>{~std::uint64_t{0} - 1});
    }
    EXPECT_EQ(why, nullptr) << why << " after " << ::testing::PrintToString(all.path());
}

int longest_of_soak() { return scale_is("large") ? 6 : 5; }

template <class Tiers>
void enumerate_buckets(std::vector<operation> const& alphabet, int length) {
    enumerate<stratified_buckets<agents, Tiers>, reference_auction<agents, tier_order<Tiers>>>(alphabet, length);
}
template <class Container>
void enumerate_exact(std::vector<operation> const& alphabet, int length) {
    enumerate<Container, reference_auction<agents, exact_order>>(alphabet, length);
}

using one_price_a_tier = linear_tiers<0, 1, 4>;
using two_prices_a_tier = linear_tiers<0, 2, 2>;

TEST(exhaustive, buckets_of_one_price) { enumerate_buckets<one_price_a_tier>(common_operations(), longest_of_soak()); }
TEST(exhaustive, buckets_of_two_prices) { enumerate_buckets<two_prices_a_tier>(common_operations(), 6); }
TEST(exhaustive, tree) { enumerate_exact<tournament_tree<agents>>(common_operations(), longest_of_soak()); }
TEST(exhaustive, tree_of_two_groups) { enumerate_exact<tournament_tree<agents, 2>>(common_operations(), 5); }
TEST(exhaustive, lazy_heap) { enumerate_exact<lazy_heap<agents, true>>(common_operations(), 6); }

TEST(exhaustive_rare, buckets_of_one_price) { enumerate_buckets<one_price_a_tier>(rare_operations(), 4); }
TEST(exhaustive_rare, buckets_of_two_prices) { enumerate_buckets<two_prices_a_tier>(rare_operations(), 4); }
TEST(exhaustive_rare, tree) { enumerate_exact<tournament_tree<agents>>(rare_operations(), 4); }
TEST(exhaustive_rare, tree_of_two_groups) { enumerate_exact<tournament_tree<agents, 2>>(rare_operations(), 4); }
TEST(exhaustive_rare, lazy_heap) { enumerate_exact<lazy_heap<agents, true>>(rare_operations(), 4); }

/// From every point of the way on which boundaries move: the longest sequences see them move twice.
template <class Tiers>
void enumerate_moving(std::vector<operation> const& alphabet, int length) {
    using container = stratified_buckets<agents, Tiers>;
    using oracle = reference_adaptive_auction<agents, Tiers>;
    enumeration<container, oracle> all(alphabet, small_scale() ? length - 1 : length);
    twin<container, oracle> begin(~std::uint64_t{0} - 20);
    int eras = 0;
    for (std::uint32_t n = 0; n < 60; ++n) {
        const price before = begin.container().lower_edge(1);
        begin.apply({n % 2 == 0 ? op::insert : op::quantum, 0, n % agents, 1 + n * 7 % 3,
                     1});  // amounts among those of the alphabet
        eras += begin.container().lower_edge(1) != before ? 1 : 0;
        if (n < 40) continue;  // boundaries come from far above
        char const* why = all.run(begin);
        ASSERT_EQ(why, nullptr) << why << " after " << ::testing::PrintToString(all.path()) << " from " << n;
    }
    EXPECT_GT(eras, 3);
}

TEST(exhaustive, adaptive_tiers) { enumerate_moving<adaptive_tiers<3, 2>>(common_operations(), 4); }
TEST(exhaustive_rare, adaptive_tiers) { enumerate_moving<adaptive_tiers<2, 3>>(rare_operations(), 3); }

template <class Rule, class Draw>
void enumerate_draws(int length) {
    enumerate<probabilistic_sampler<agents, Rule>, reference_sampler<agents, Draw>>(common_operations(), length);
    enumerate<probabilistic_sampler<agents, Rule>, reference_sampler<agents, Draw>>(rare_operations(), 3);
}

TEST(exhaustive, gumbel_rule) { enumerate_draws<gumbel_rule, reference_gumbel<agents>>(4); }
TEST(exhaustive, choices_rule) { enumerate_draws<choices_rule<2>, reference_choices<agents, 2>>(4); }
TEST(exhaustive, lottery_rule) { enumerate_draws<lottery_rule, reference_lottery<agents>>(4); }

}  // namespace
}  // namespace maxwell::test
