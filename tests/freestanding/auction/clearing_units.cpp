// SPDX-License-Identifier: MIT

#include <maxwell/auction/clearing_units.hpp>

#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>

namespace maxwell {

template std::size_t extract_units(stratified_buckets<1000>&, std::uint64_t, view<award>, misfit) noexcept;
template std::size_t extract_units(tournament_tree<1000>&, std::uint64_t, view<award>, misfit) noexcept;
template std::size_t extract_units(lazy_heap<1000>&, std::uint64_t, view<award>, misfit) noexcept;

}  // namespace maxwell
