// SPDX-License-Identifier: MIT
//
// An array's elements are gone with it, though its bytes may be copied.

#include <maxwell/core/view.hpp>

#include <array>

std::array<int, 2> make();

void use(maxwell::view<int const>);
#ifdef CONTROL
void f(std::array<int, 2> const& a) { use(a); }
#else
void f(std::array<int, 2> const&) { use(make()); }
#endif
