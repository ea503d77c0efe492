// SPDX-License-Identifier: MIT

#include <maxwell/market/fair_share.hpp>

template class maxwell::fair_share<1>;
template class maxwell::fair_share<1000>;
