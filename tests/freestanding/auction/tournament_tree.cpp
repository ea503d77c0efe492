// SPDX-License-Identifier: MIT

#include <maxwell/auction/tournament_tree.hpp>

namespace maxwell {

template class tournament_tree<1>;
template class tournament_tree<1000>;
template class tournament_tree<16384>;
using grouped = tournament_tree<1000, 32>;
template class tournament_tree<1000, 32>;

template class detail::slot_auction<tournament_tree<1000>, 1000>;
template class detail::exact_auction<tournament_tree<1000>, 1000>;
template class detail::slot_auction<grouped, 1000>;
template class detail::exact_auction<grouped, 1000>;

template std::optional<award> detail::slot_auction<tournament_tree<1000>, 1000>::extract_max_if(every_slot,
                                                                                                std::uint32_t) noexcept;

template std::optional<award> detail::slot_auction<grouped, 1000>::extract_max_if(every_slot, std::uint32_t) noexcept;

constinit tournament_tree<1000> in_bss;

}  // namespace maxwell
