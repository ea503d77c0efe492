// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/sampler_book.hpp>

template class maxwell::detail::sampler_book<1>;
template class maxwell::detail::sampler_book<1000>;
