// SPDX-License-Identifier: MIT
//
// Published, but a copy of its bytes is no copy of it.

#include <maxwell/core/published.hpp>

struct with_owner {
#ifndef CONTROL
    with_owner() = default;
    with_owner(with_owner const&) {}
    with_owner& operator=(with_owner const&) { return *this; }
#endif
    int value = 0;
};
maxwell::published<with_owner> board;
