// SPDX-License-Identifier: MIT

#include <maxwell/market/market.hpp>

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/spsc_ring.hpp>

namespace maxwell {

template class market<tournament_tree<1000>>;
template class market<by_owner<tournament_tree<1000, 32>>, 2, ledger<32>, 4>;
template class market<stratified_buckets<1000>, 4, ledger<1000>>;

template std::size_t market<tournament_tree<1000>>::take(bid_board<1000>&, std::size_t) noexcept;

constinit market<stratified_buckets<1000>, 2> in_bss;

}  // namespace maxwell
