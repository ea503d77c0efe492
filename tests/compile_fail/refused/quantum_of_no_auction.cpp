// SPDX-License-Identifier: MIT
//
// Something that is no auction at all.

#include <maxwell/auction/clearing.hpp>
#include "support/archetypes.hpp"

#ifdef CONTROL
using container = maxwell::test::archetype<>;
#else
using container = int;
#endif
void f(container& a) { maxwell::quantum(a, maxwell::bid{}); }
