// SPDX-License-Identifier: MIT
//
// Linear tiers of which there is none.

#include <maxwell/auction/stratified_buckets.hpp>

#ifdef CONTROL
using tiers = maxwell::linear_tiers<0, 1, 1>;
#else
using tiers = maxwell::linear_tiers<0, 1, 0>;
#endif
static_assert(sizeof(maxwell::stratified_buckets<8, tiers>) > 0);
