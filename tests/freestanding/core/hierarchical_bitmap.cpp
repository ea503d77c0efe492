// SPDX-License-Identifier: MIT

#include <maxwell/core/hierarchical_bitmap.hpp>

// One of each depth.
template class maxwell::hierarchical_bitmap<64>;
template class maxwell::hierarchical_bitmap<3328>;
template class maxwell::hierarchical_bitmap<5000>;
template class maxwell::hierarchical_bitmap<300'000>;
