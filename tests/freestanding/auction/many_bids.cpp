// SPDX-License-Identifier: MIT

#include <maxwell/auction/many_bids.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>

namespace maxwell {

using buckets = stratified_buckets<7>;
using tree = tournament_tree<7>;

template class live_bids<buckets>;
template class live_bids<tree>;
template std::size_t insert_all(buckets&, view<bid const>) noexcept;
template std::size_t insert_all(tree&, view<bid const>) noexcept;

std::uint64_t units_wanted(tree const& a) {
    std::uint64_t sum = 0;
    for (const bid b : live_bids(a)) sum += b.units;
    return sum;
}

}  // namespace maxwell
