// SPDX-License-Identifier: MIT

#include "sim/makers.hpp"
#include "sim/market_policy.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/stratified_buckets.hpp>

namespace maxwell::simulator {
namespace {
template <std::size_t Capacity>
using container = stratified_buckets<Capacity, adaptive_tiers<>>;
}

std::unique_ptr<policy> make_adaptive_market(setting const& s) { return make_market<container, false>(s); }

}  // namespace maxwell::simulator
