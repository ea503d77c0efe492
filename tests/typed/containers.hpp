// SPDX-License-Identifier: MIT
//
// The one list of containers that the typed suite holds to the contract. A new container adds its lines here.

#pragma once

#include "support/flat_auction.hpp"

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>

#include <gtest/gtest.h>

#include <cstddef>

namespace maxwell::test {

/// A container and the oracle that it must be equal to.
template <class Container, class Oracle>
struct subject {
    using container = Container;
    using oracle = Oracle;
};

template <std::size_t Capacity, class Tiers = log_linear_tiers<7>>
using buckets = subject<stratified_buckets<Capacity, Tiers>, flat_auction<Capacity, tier_order<Tiers>>>;

/// Narrow enough that bids meet in a tier, and that both ends of the price range lie outside the steps.
using few_tiers = linear_tiers<100, 10, 30>;

/// The oracles stand in the list too: the clauses that are tested directly must hold for them.
template <std::size_t Capacity, class Order>
using oracle_itself = subject<flat_auction<Capacity, Order>, flat_auction<Capacity, Order>>;

using all_containers =
    ::testing::Types<buckets<1>, buckets<7>, buckets<64>, buckets<1000>,                                 //
                     buckets<7, log_linear_tiers<0>>, buckets<64, few_tiers>, buckets<1000, few_tiers>,  //
                     oracle_itself<7, exact_order>, oracle_itself<64, tier_order<log_linear_tiers<7>>>>;

}  // namespace maxwell::test
