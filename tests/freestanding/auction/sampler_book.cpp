// SPDX-License-Identifier: MIT

#include <maxwell/auction/sampler_book.hpp>

template class maxwell::detail::sampler_book<1>;
template class maxwell::detail::sampler_book<1000>;
