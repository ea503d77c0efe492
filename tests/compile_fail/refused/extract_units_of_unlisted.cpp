// SPDX-License-Identifier: MIT
//
// A sale of units over bids that can't be shown in order.

#include <maxwell/auction/clearing.hpp>
#include "support/archetypes.hpp"

using namespace maxwell::test;
#ifdef CONTROL
using container = archetype<>;
#else
using container = archetype<part::list_best, defect::missing>;
#endif
void f(container& a) { maxwell::extract_units(a, 10, {}, maxwell::misfit::skip); }
