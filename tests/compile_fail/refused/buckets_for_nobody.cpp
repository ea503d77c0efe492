// SPDX-License-Identifier: MIT
//
// An auction without a slot.

#include <maxwell/auction/stratified_buckets.hpp>

#ifdef CONTROL
maxwell::stratified_buckets<1> nobody;
#else
maxwell::stratified_buckets<0> nobody;
#endif
