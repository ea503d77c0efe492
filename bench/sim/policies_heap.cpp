// SPDX-License-Identifier: MIT

#include "sim/makers.hpp"
#include "sim/market_policy.hpp"

#include <maxwell/auction/lazy_heap.hpp>

namespace maxwell::simulator {
namespace {
template <std::size_t Capacity>
using container = lazy_heap<Capacity>;
}

std::unique_ptr<policy> make_heap_market(setting const& s) { return make_market<container, false>(s); }

}  // namespace maxwell::simulator
