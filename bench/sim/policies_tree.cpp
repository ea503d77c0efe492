// SPDX-License-Identifier: MIT

#include "sim/makers.hpp"
#include "sim/market_policy.hpp"

#include <maxwell/auction/tournament_tree.hpp>

namespace maxwell::simulator {
namespace {
template <std::size_t Capacity>
using container = tournament_tree<Capacity>;
}

std::unique_ptr<policy> make_tree_market(setting const& s) { return make_market<container, false>(s); }
std::unique_ptr<policy> make_fair_share_market(setting const& s) { return make_market<container, true>(s); }

}  // namespace maxwell::simulator
