// SPDX-License-Identifier: MIT
//
// A view of a base class over an array of a derived one would step by the wrong size.

#include <maxwell/core/view.hpp>

struct base {
    int x;
};
struct derived : base {
    int y;
};
struct owner {
#ifdef CONTROL
    base* data();
#else
    derived* data();
#endif
    std::size_t size();
};

maxwell::view<base> all(owner& o) { return o; }
