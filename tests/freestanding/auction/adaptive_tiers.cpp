// SPDX-License-Identifier: MIT

#include <maxwell/auction/adaptive_tiers.hpp>

namespace maxwell {

using adaptive = stratified_buckets<1000, adaptive_tiers<>>;
using wide_links = stratified_buckets<65535, adaptive_tiers<64, 70'000>>;

template struct adaptive_tiers<1>;
template struct adaptive_tiers<>;
template class stratified_buckets<1, adaptive_tiers<1>>;
template class stratified_buckets<1000, adaptive_tiers<>>;
template class stratified_buckets<65535, adaptive_tiers<64, 70'000>>;

template class detail::slot_auction<adaptive, 1000>;
template class detail::slot_auction<wide_links, 65535>;

template std::optional<award> detail::slot_auction<adaptive, 1000>::extract_max_if(every_slot, std::uint32_t) noexcept;
template std::optional<award> detail::slot_auction<wide_links, 65535>::extract_max_if(every_slot,
                                                                                      std::uint32_t) noexcept;

constinit adaptive in_bss;

}  // namespace maxwell
