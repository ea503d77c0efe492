// SPDX-License-Identifier: MIT

#include <maxwell/market/power_gate.hpp>

template class maxwell::power_gate<1>;
template class maxwell::power_gate<32, 64>;
