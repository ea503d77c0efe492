// SPDX-License-Identifier: MIT

#include <maxwell/core/view.hpp>

struct owner {
    int* data() { return nullptr; }
    std::size_t size() const { return 0; }
};

template class maxwell::view<int>;
template class maxwell::view<int const>;
template maxwell::view<int>::view(int (&)[3]) noexcept;
template maxwell::view<int>::view(owner&) noexcept;
template maxwell::view<int const>::view(maxwell::view<int>&) noexcept;
