// SPDX-License-Identifier: MIT
//
// Several winners, and no price for them.

#include <maxwell/auction/clearing.hpp>
#include "support/archetypes.hpp"

using namespace maxwell::test;
#ifdef CONTROL
using container = archetype<>;
#else
using container = archetype<part::critical_price, defect::missing>;
#endif
void f(container& a) { maxwell::extract_top(a, {}); }
