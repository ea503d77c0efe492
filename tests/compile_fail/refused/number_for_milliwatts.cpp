// SPDX-License-Identifier: MIT
//
// A plain number where milliwatts are wanted: it may count watts.

#include <maxwell/core/units.hpp>

void use(maxwell::milliwatts);
#ifdef CONTROL
void f() { use(maxwell::milliwatts(12'500)); }
#else
void f() { use(12'500); }
#endif
