// SPDX-License-Identifier: MIT

#include <maxwell/auction/stratified_buckets.hpp>

namespace maxwell {

using wide_links = stratified_buckets<65535>;
using linear = stratified_buckets<7, linear_tiers<100, 10, 4>>;

template class stratified_buckets<1>;
template class stratified_buckets<1000>;
template class stratified_buckets<65535>;
template class stratified_buckets<7, linear_tiers<100, 10, 4>>;

template class detail::slot_auction<stratified_buckets<1000>, 1000>;
template class detail::slot_auction<wide_links, 65535>;
template class detail::slot_auction<linear, 7>;

template std::optional<award> detail::slot_auction<stratified_buckets<1000>, 1000>::extract_max_if(
    every_slot, std::uint32_t) noexcept;
template std::optional<award> detail::slot_auction<wide_links, 65535>::extract_max_if(every_slot,
                                                                                      std::uint32_t) noexcept;
template std::optional<award> detail::slot_auction<linear, 7>::extract_max_if(every_slot, std::uint32_t) noexcept;

constinit stratified_buckets<1000> in_bss;

}  // namespace maxwell
