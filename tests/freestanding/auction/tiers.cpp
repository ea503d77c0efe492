// SPDX-License-Identifier: MIT

#include <maxwell/auction/tiers.hpp>

template struct maxwell::linear_tiers<0, 1, 1>;
template struct maxwell::linear_tiers<100, 10, 4>;
template struct maxwell::log_linear<5, maxwell::price>;
