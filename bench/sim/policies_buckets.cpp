// SPDX-License-Identifier: MIT

#include "sim/makers.hpp"
#include "sim/market_policy.hpp"

#include <maxwell/auction/stratified_buckets.hpp>

namespace maxwell::simulator {
namespace {
template <std::size_t Capacity>
using container = stratified_buckets<Capacity>;
}

std::unique_ptr<policy> make_buckets_market(setting const& s) { return make_market<container, false>(s); }

}  // namespace maxwell::simulator
