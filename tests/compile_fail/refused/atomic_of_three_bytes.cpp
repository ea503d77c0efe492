// SPDX-License-Identifier: MIT
//
// No machine exchanges three bytes at once.

#include <maxwell/core/atomic.hpp>

#ifdef CONTROL
using bytes = char[4];
#else
using bytes = char[3];
#endif
struct word {
    bytes all;
};
maxwell::atomic<word> shared;
