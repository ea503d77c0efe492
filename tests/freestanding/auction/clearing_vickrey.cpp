// SPDX-License-Identifier: MIT

#include <maxwell/auction/clearing_vickrey.hpp>

#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>

namespace maxwell {

template std::size_t extract_vickrey(stratified_buckets<1000>&, std::uint64_t, view<award>, view<grant>) noexcept;
template std::size_t extract_vickrey(tournament_tree<1000>&, std::uint64_t, view<award>, view<grant>) noexcept;
template std::size_t extract_vickrey(lazy_heap<1000>&, std::uint64_t, view<award>, view<grant>) noexcept;

}  // namespace maxwell
