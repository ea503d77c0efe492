// SPDX-License-Identifier: MIT
//
// An auction whose agents never leave.

#include <maxwell/auction/clearing.hpp>
#include "support/archetypes.hpp"

using namespace maxwell::test;
#ifdef CONTROL
using container = archetype<>;
#else
using container = archetype<part::retire, defect::missing>;
#endif
void f(container& a) { maxwell::quantum(a, maxwell::bid{}); }
