// SPDX-License-Identifier: MIT
//
// A view of what is gone when the statement ends.

#include <maxwell/core/view.hpp>

struct owner {
    int* data();
    std::size_t size();
};
owner make();

void use(maxwell::view<int>);
#ifdef CONTROL
void f(owner& o) { use(o); }
#else
void f(owner&) { use(make()); }
#endif
