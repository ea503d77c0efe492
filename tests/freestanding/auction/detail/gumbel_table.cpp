// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/gumbel_table.hpp>

std::uint16_t entry(std::uint32_t cell) noexcept { return maxwell::detail::gumbel_table[0][cell]; }
