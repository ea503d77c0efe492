// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/gumbel_noise.hpp>

std::uint32_t noise(std::uint32_t bits) noexcept { return maxwell::detail::gumbel_noise::draw(bits); }
