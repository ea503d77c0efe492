// SPDX-License-Identifier: MIT

#include "sim/makers.hpp"
#include "sim/market_policy.hpp"

#include <maxwell/auction/tournament_tree.hpp>

namespace maxwell::simulator {

template <std::size_t Capacity>
using tree_of = tournament_tree<Capacity>;

std::unique_ptr<policy> make_tree_market(setting const& s) { return make_market<tree_of, false>(s); }
std::unique_ptr<policy> make_fair_share_market(setting const& s) { return make_market<tree_of, true>(s); }

}  // namespace maxwell::simulator
