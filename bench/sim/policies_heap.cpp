// SPDX-License-Identifier: MIT

#include "sim/makers.hpp"
#include "sim/market_policy.hpp"

#include <maxwell/auction/lazy_heap.hpp>

namespace maxwell::simulator {

template <std::size_t Capacity>
using heap_of = lazy_heap<Capacity>;

std::unique_ptr<policy> make_heap_market(setting const& s) { return make_market<heap_of, false>(s); }

}  // namespace maxwell::simulator
