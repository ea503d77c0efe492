// SPDX-License-Identifier: MIT
//
// Only integers are added to.

#include <maxwell/core/atomic.hpp>

enum class colour : int { red };
#ifdef CONTROL
using value = int;
#else
using value = colour;
#endif
void f(maxwell::atomic<value>& a) { a.fetch_add(value{}, maxwell::memory_order::relaxed); }
