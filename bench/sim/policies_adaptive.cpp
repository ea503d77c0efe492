// SPDX-License-Identifier: MIT

#include "sim/makers.hpp"
#include "sim/market_policy.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/stratified_buckets.hpp>

namespace maxwell::simulator {

template <std::size_t Capacity>
using adaptive_buckets_of = stratified_buckets<Capacity, adaptive_tiers<>>;

std::unique_ptr<policy> make_adaptive_market(setting const& s) { return make_market<adaptive_buckets_of, false>(s); }

}  // namespace maxwell::simulator
