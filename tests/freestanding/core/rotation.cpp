// SPDX-License-Identifier: MIT

#include <maxwell/core/rotation.hpp>

template class maxwell::rotation<1>;
template class maxwell::rotation<64>;
template class maxwell::rotation<1000>;
