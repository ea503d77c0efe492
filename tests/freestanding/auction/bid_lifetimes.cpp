// SPDX-License-Identifier: MIT

#include <maxwell/auction/bid_lifetimes.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>

namespace maxwell {

using buckets = stratified_buckets<7>;
using tree = tournament_tree<7>;
using lifetimes = bid_lifetimes<7>;

template class bid_lifetimes<1>;
template class bid_lifetimes<7>;
template status lifetimes::insert(buckets&, bid const&, std::uint32_t) noexcept;
template status lifetimes::insert(tree&, bid const&, std::uint32_t) noexcept;
template std::size_t lifetimes::withdraw_old(buckets&, std::uint32_t, std::uint32_t, std::size_t) noexcept;
template std::size_t lifetimes::withdraw_old(tree&, std::uint32_t, std::uint32_t, std::size_t) noexcept;

constinit bid_lifetimes<1000> in_bss;

}  // namespace maxwell
