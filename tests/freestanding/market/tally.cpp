// SPDX-License-Identifier: MIT

#include <maxwell/market/tally.hpp>

template class maxwell::tally<1>;
template class maxwell::tally<8>;
