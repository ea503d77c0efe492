// SPDX-License-Identifier: MIT
//
// As many tiers as no bitmap has bits for.

#include <maxwell/auction/stratified_buckets.hpp>

#ifdef CONTROL
using tiers = maxwell::log_linear_tiers<16>;
#else
using tiers = maxwell::log_linear_tiers<21>;
#endif
static_assert(sizeof(maxwell::stratified_buckets<8, tiers>) > 0);
