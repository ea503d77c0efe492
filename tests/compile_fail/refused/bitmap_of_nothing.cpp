// SPDX-License-Identifier: MIT
//
// A set of no integers has no highest one.

#include <maxwell/core/hierarchical_bitmap.hpp>

#ifdef CONTROL
maxwell::hierarchical_bitmap<1> set;
#else
maxwell::hierarchical_bitmap<0> set;
#endif
