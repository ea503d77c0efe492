// SPDX-License-Identifier: MIT
//
// A bonus is a rank ahead, and a sampler has no ranks.

#include <maxwell/auction/clearing.hpp>
#include "support/archetypes.hpp"

#ifdef CONTROL
using container = maxwell::test::archetype<>;
#else
struct container : maxwell::test::archetype<> {
    using archetype::archetype;
    static constexpr maxwell::auction_traits traits{maxwell::fidelity::sampled, maxwell::fidelity::exact, false};
};
#endif
static_assert(maxwell::auction<container>);
void f(container& a) { maxwell::quantum(a, maxwell::bid{}, 1); }
