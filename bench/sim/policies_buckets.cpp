// SPDX-License-Identifier: MIT

#include "sim/makers.hpp"
#include "sim/market_policy.hpp"

#include <maxwell/auction/stratified_buckets.hpp>

namespace maxwell::simulator {

template <std::size_t Capacity>
using buckets_of = stratified_buckets<Capacity>;

std::unique_ptr<policy> make_buckets_market(setting const& s) { return make_market<buckets_of, false>(s); }

}  // namespace maxwell::simulator
