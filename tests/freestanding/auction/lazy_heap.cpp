// SPDX-License-Identifier: MIT

#include <maxwell/auction/lazy_heap.hpp>

namespace maxwell {

template class lazy_heap<1>;
template class lazy_heap<7, true>;
template class lazy_heap<1000>;
template class lazy_heap<16384>;

template class detail::slot_auction<lazy_heap<1000>, 1000>;
template class detail::exact_auction<lazy_heap<1000>, 1000>;

template std::optional<award> detail::slot_auction<lazy_heap<1000>, 1000>::extract_max_if(every_slot,
                                                                                          std::uint32_t) noexcept;

constinit lazy_heap<1000> in_bss;

}  // namespace maxwell
