// SPDX-License-Identifier: MIT
//
// The one list of containers that the typed suite holds to the contract. A new container adds its lines here.

#pragma once

#include "support/reference_adaptive_auction.hpp"
#include "support/reference_auction.hpp"
#include "support/reference_draws.hpp"
#include "support/reference_sampler.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/choices_rule.hpp>
#include <maxwell/auction/gumbel_rule.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/lottery_rule.hpp>
#include <maxwell/auction/probabilistic_sampler.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

namespace maxwell::test {

constexpr agent_id id(std::size_t slot, std::uint32_t generation = 0) {
    return make_agent_id(static_cast<std::uint32_t>(slot), generation);
}

/// A container and the oracle that it must be equal to.
template <class Container, class Oracle>
struct subject {
    using container = Container;
    using oracle = Oracle;
};

template <std::size_t Capacity, class Tiers = log_linear_tiers<7>>
using buckets = subject<stratified_buckets<Capacity, Tiers>, reference_auction<Capacity, tier_order<Tiers>>>;

/// Narrow enough that bids meet in a tier, and that both ends of the price range lie outside the steps.
using few_tiers = linear_tiers<100, 10, 30>;

template <std::size_t Capacity, std::size_t Groups = 1>
using tree = subject<tournament_tree<Capacity, Groups>, reference_auction<Capacity, exact_order>>;

template <std::size_t Capacity, bool KeepsFront = true>
using lazy = subject<lazy_heap<Capacity, KeepsFront>, reference_auction<Capacity, exact_order>>;

template <std::size_t Capacity>
using gumbel = subject<probabilistic_sampler<Capacity>, reference_sampler<Capacity, reference_gumbel<Capacity>>>;

template <std::size_t Capacity, class Tiers = adaptive_tiers<>>
using adaptive = subject<stratified_buckets<Capacity, Tiers>, reference_adaptive_auction<Capacity, Tiers>>;

template <std::size_t Capacity, std::uint32_t D>
using choices = subject<probabilistic_sampler<Capacity, choices_rule<D>>,
                        reference_sampler<Capacity, reference_choices<Capacity, D>>>;

template <std::size_t Capacity>
using lottery =
    subject<probabilistic_sampler<Capacity, lottery_rule>, reference_sampler<Capacity, reference_lottery<Capacity>>>;

/// The oracles stand in the list too: the clauses that are tested directly must hold for them.
template <std::size_t Capacity, class Order>
using oracle_itself = subject<reference_auction<Capacity, Order>, reference_auction<Capacity, Order>>;

// One family to a program, so that they compile and run side by side. Capacities 1, 7, 64 and 1,000, and what a family has
// besides: other tiers, groups that don't divide the capacity, a group for each slot.
using bucket_containers =
    ::testing::Types<buckets<1>, buckets<7>, buckets<64>, buckets<1000>,  //
                     buckets<7, log_linear_tiers<0>>, buckets<64, few_tiers>, buckets<1000, few_tiers>>;
using tree_containers =
    ::testing::Types<tree<1>, tree<7>, tree<64>, tree<1000>, tree<7, 3>, tree<5, 5>, tree<1000, 32>>;
using lazy_containers = ::testing::Types<lazy<1>, lazy<7>, lazy<64>, lazy<7, false>, lazy<1000>>;
using gumbel_containers = ::testing::Types<gumbel<1>, gumbel<7>, gumbel<64>>;
using adaptive_containers = ::testing::Types<adaptive<1>, adaptive<7>, adaptive<64>>;
/// Too few tiers for the amounts of the contract's tests, but their boundaries move all the time.
using moving_containers = ::testing::Types<adaptive<1, adaptive_tiers<2, 1>>, adaptive<7, adaptive_tiers<3, 2>>,
                                           adaptive<64, adaptive_tiers<8, 50>>, adaptive<64, adaptive_tiers<100, 999>>>;
using drawing_containers =
    ::testing::Types<choices<1, 2>, choices<7, 1>, choices<64, 16>, lottery<1>, lottery<7>, lottery<64>>;
using oracles = ::testing::Types<oracle_itself<7, exact_order>, oracle_itself<64, tier_order<log_linear_tiers<7>>>>;

}  // namespace maxwell::test
