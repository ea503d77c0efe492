// SPDX-License-Identifier: MIT

#include <maxwell/ring/detail/bid_cells.hpp>

// One word of each part, several words of marks, several words of summary.
template class maxwell::bid_cells<1>;
template class maxwell::bid_cells<1000>;
template class maxwell::bid_cells<16'384>;
