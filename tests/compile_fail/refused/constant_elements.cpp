// SPDX-License-Identifier: MIT
//
// A view through which constant elements could be written.

#include <maxwell/core/view.hpp>

struct owner {
#ifdef CONTROL
    int* data() const;
#else
    int const* data() const;
#endif
    std::size_t size() const;
};

maxwell::view<int> all(owner const& o) { return o; }
