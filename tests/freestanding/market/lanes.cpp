// SPDX-License-Identifier: MIT

#include <maxwell/market/lanes.hpp>

#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>

namespace maxwell {

template class lanes<tournament_tree<1000>>;
template class lanes<by_owner<tournament_tree<1000, 32>>, 2>;
template class lanes<stratified_buckets<1000>, 4>;
template class lanes<lazy_heap<1000>, 32>;

}  // namespace maxwell
