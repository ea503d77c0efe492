// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/winner_tree.hpp>

namespace maxwell {

using at_leaf = std::uint64_t (*)(std::uint32_t) noexcept;

template class detail::winner_tree<1>;
template class detail::winner_tree<1000>;
template class detail::winner_tree<16384>;
template std::uint64_t detail::winner_tree<1000>::greatest_below(std::uint64_t, at_leaf) const noexcept;

}  // namespace maxwell
