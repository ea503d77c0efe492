// SPDX-License-Identifier: MIT
//
// Tiers without a width, and none of them.

#include <maxwell/auction/tiers.hpp>

#ifdef CONTROL
constexpr auto count = maxwell::linear_tiers<0, 1, 1>::count;
#else
constexpr auto count = maxwell::linear_tiers<0, 0, 1>::count;
#endif
static_assert(count == 1);
