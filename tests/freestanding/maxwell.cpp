// SPDX-License-Identifier: MIT

#include <maxwell/maxwell.hpp>

// Everything at once: no two headers are in each other's way.
template class maxwell::stratified_buckets<64>;
