// SPDX-License-Identifier: MIT

#include <maxwell/market/explain.hpp>

#include <maxwell/auction/stratified_buckets.hpp>

namespace maxwell {

using two_lanes = market<stratified_buckets<1000>, 2, ledger<8>>;

template verdict explain(two_lanes const&, agent_id) noexcept;
template std::size_t power_bids(two_lanes const&, view<power_bid>) noexcept;

}  // namespace maxwell
