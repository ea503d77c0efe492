// SPDX-License-Identifier: MIT
//
// A copy of an atomic would be neither of the two values.

#include <maxwell/core/atomic.hpp>

#ifdef CONTROL
void f(maxwell::atomic<int>& a) { a.load(maxwell::memory_order::relaxed); }
#else
maxwell::atomic<int> f(maxwell::atomic<int>& a) { return a; }
#endif
