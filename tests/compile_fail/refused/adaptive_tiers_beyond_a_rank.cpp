// SPDX-License-Identifier: MIT
//
// More adaptive tiers than a place has bits for.

#include <maxwell/auction/adaptive_tiers.hpp>

#ifdef CONTROL
maxwell::stratified_buckets<8, maxwell::adaptive_tiers<4096>> market;
#else
maxwell::stratified_buckets<8, maxwell::adaptive_tiers<4097>> market;
#endif
