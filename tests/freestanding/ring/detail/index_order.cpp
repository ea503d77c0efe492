// SPDX-License-Identifier: MIT

#include <maxwell/ring/detail/index_order.hpp>

template std::uint32_t maxwell::next_turn<6>(std::uint32_t&) noexcept;
template std::uint32_t maxwell::next_turn<12>(std::uint32_t&) noexcept;
