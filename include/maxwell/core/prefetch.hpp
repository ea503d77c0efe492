// SPDX-License-Identifier: MIT
//
// prefetch: asks for a cache line before it is used. It never changes what a program computes, only when its data arrive.
//
// A line that another processor wrote last is fetched once to be read and again to be written. Code that will write it can
// ask for both at once: on x86 with prefetchw, which compilers emit only if told that the machine has it. Every 64-bit x86
// processor accepts the instruction; one without the feature ignores it.

#pragma once

#include <maxwell/core/cxx20.hpp>

namespace maxwell {

/// The line at `address` will be read soon. Any address will do.
inline void prefetch(void const* address) noexcept { __builtin_prefetch(address, 0); }

/// The line at `address` will be written soon. Any address will do.
inline void prefetch_for_write(void const* address) noexcept {
#if defined(__x86_64__)
    asm volatile("prefetchw (%0)" : : "r"(address));
#else
    __builtin_prefetch(address, 1);
#endif
}

}  // namespace maxwell
