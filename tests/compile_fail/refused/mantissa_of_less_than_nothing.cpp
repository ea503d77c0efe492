// SPDX-License-Identifier: MIT
//
// A negative number of bits.

#include <maxwell/core/log_linear.hpp>

#ifdef CONTROL
constexpr int bits = 0;
#else
constexpr int bits = -1;
#endif
constexpr auto width = sizeof(maxwell::log_linear<bits>);
static_assert(width > 0);
