// SPDX-License-Identifier: MIT
//
// No misreport to a sampler pays: for every draw under rules that say so, and in expectation under the lottery. With rules that are
// known to fail as negative controls.

#include "deviation/judge.hpp"
#include "deviation/sampler_rules.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/probabilistic_sampler.hpp>
#include <maxwell/sim/deviation.hpp>

#include <gtest/gtest.h>

#include <cstdint>

namespace maxwell::test {
namespace {

using namespace sampling;
using sim::search_deviations;

TEST(sampler_deviation, gumbel_is_truthful_for_every_draw) {
    for (std::uint64_t key = 0; key < scaled(60); ++key)
        expect_truthful(search_deviations(one_award<gumbel_sampler>{seasoned({key, 1})}, space));
}

TEST(sampler_deviation, gumbel_among_newcomers_is_truthful) {
    expect_truthful(search_deviations(one_award<gumbel_sampler>{}, space));
}

TEST(sampler_deviation, gumbel_is_truthful_after_the_reserve_has_fallen) {
    for (std::uint64_t key = 0; key < scaled(30); ++key)
        expect_truthful(search_deviations(second_award{seasoned({key, 2})}, space));
}

TEST(sampler_deviation, a_bid_dependent_draw_rewards_misreporting) {
    const auto r = search_deviations(redrawing, space);
    EXPECT_GT(r.profitable, r.cases / 20) << "a control that passes proves nothing";
}

TEST(sampler_deviation, the_second_price_without_the_noise_rewards_misreporting) {
    sim::deviation_report sum;
    for (std::uint64_t key = 0; key < 20; ++key) {
        sum += search_deviations(second_price_without_noise{seasoned({key, 1})},
                                 {.agents = agents, .ticks = 6, .steps = 4, .reserves = {0}, .all_slots = false});
    }
    expect_refuted(sum);
}

template <std::uint32_t D>
void expect_choices_are_truthful() {
    using A = probabilistic_sampler<agents, choices_rule<D>>;
    for (std::uint64_t key = 0; key < scaled(40); ++key) {
        one_award<A> run{A{}};
        run.prepared.rekey({key, D});
        expect_truthful(search_deviations(run, space));
    }
}

TEST(sampler_deviation, choices_are_truthful_for_every_draw) {
    expect_choices_are_truthful<1>();
    expect_choices_are_truthful<2>();
    expect_choices_are_truthful<4>();
}

TEST(sampler_deviation, the_lottery_is_truthful_in_expectation_to_a_tick) {
    const lottery_gains found = search_lottery();
    EXPECT_LT(found.worst, 1.0) << "ticks, for each time that the truthful bid wins";
    EXPECT_GT(found.worst_at_first_price, 1.0) << "a control that passes proves nothing";
}

}  // namespace
}  // namespace maxwell::test
