// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/equal_depth.hpp>

namespace maxwell::detail {

using edges = tier_edges<linear_tiers<0, 1, 64>>;

template class tier_edges<linear_tiers<0, 1, 64>>;
template class tier_edges<log_linear_tiers<3>>;
template class equal_depth<1, 1>;
template class equal_depth<64, 1000>;
template class equal_depth<64, 100'000>;

using narrow = equal_depth<64, 1000>;
using wide = equal_depth<64, 100'000>;
template bool narrow::cut_step(edges const&, edges&) noexcept;
template bool wide::cut_step(edges const&, edges&) noexcept;

constinit edges boundaries;
constinit narrow counted;

}  // namespace maxwell::detail
