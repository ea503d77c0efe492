// SPDX-License-Identifier: MIT

#include <maxwell/core/fixed_log.hpp>

std::uint64_t logarithm(std::uint64_t value) noexcept { return maxwell::ln_q26(value); }
