// SPDX-License-Identifier: MIT
//
// An auction that may throw where nothing catches.

#include <maxwell/auction/clearing.hpp>
#include "support/archetypes.hpp"

using namespace maxwell::test;
#ifdef CONTROL
using container = archetype<>;
#else
using container = archetype<part::insert, defect::may_throw>;
#endif
void f(container& a) { maxwell::quantum(a, maxwell::bid{}); }
