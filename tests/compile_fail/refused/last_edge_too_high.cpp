// SPDX-License-Identifier: MIT
//
// The last tier would begin above the highest price.

#include <maxwell/auction/tiers.hpp>

#ifdef CONTROL
constexpr auto count = maxwell::linear_tiers<0xFFFF'FFFF, 2, 1>::count;
static_assert(count == 1);
#else
constexpr auto count = maxwell::linear_tiers<0xFFFF'FFFF, 2, 2>::count;
static_assert(count == 2);
#endif
