// SPDX-License-Identifier: MIT

#include <maxwell/core/log_linear.hpp>

template struct maxwell::log_linear<0>;
template struct maxwell::log_linear<7>;
template struct maxwell::log_linear<7, std::uint64_t>;
