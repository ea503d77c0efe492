// SPDX-License-Identifier: MIT
//
// A temperature above absolute zero where one above freezing is wanted.

#include <maxwell/core/units.hpp>

void use(maxwell::milli_celsius);
#ifdef CONTROL
void f(maxwell::milli_kelvin t) { use(to_celsius(t)); }
#else
void f(maxwell::milli_kelvin t) { use(t); }
#endif
