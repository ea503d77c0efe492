// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/sum_tree.hpp>

template class maxwell::detail::sum_tree<1>;
template class maxwell::detail::sum_tree<1000>;
template class maxwell::detail::sum_tree<16384>;
