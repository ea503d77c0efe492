// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/take.hpp>

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>

namespace maxwell::detail {

template void take(tournament_tree<1000>&, agent_id) noexcept;
template void take(stratified_buckets<1000, adaptive_tiers<>>&, agent_id) noexcept;

}  // namespace maxwell::detail
