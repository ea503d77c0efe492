// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/rank_lists.hpp>

namespace maxwell {

using rank_of = std::uint32_t (*)(std::uint32_t) noexcept;
using later = bool (*)(std::uint32_t, std::uint32_t) noexcept;

template class detail::rank_lists<1, 1>;
template class detail::rank_lists<1000, 10000>;
template class detail::rank_lists<70000, 64>;
template bool detail::rank_lists<1000, 10000>::check_invariants(rank_of, later) const noexcept;

}  // namespace maxwell
