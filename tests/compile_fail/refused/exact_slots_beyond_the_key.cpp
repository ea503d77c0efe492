// SPDX-License-Identifier: MIT
//
// More slots than a key has room for beside an arrival number.

#include <maxwell/auction/lazy_heap.hpp>

#ifdef CONTROL
maxwell::lazy_heap<16384> heap;
#else
maxwell::lazy_heap<16385> heap;
#endif
