// SPDX-License-Identifier: MIT

#include <maxwell/market/seats.hpp>

template class maxwell::seats<1>;
template class maxwell::seats<1000>;
