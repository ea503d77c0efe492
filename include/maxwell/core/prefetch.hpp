// SPDX-License-Identifier: MIT
//
// prefetch: asks for a cache line before it is used. Never changes what a program does, only when its data arrive.
//
// A line that another processor has written last is fetched for reading first, and once more when it is written. Code that
// will write it asks for it once: on x86 by prefetchw, which compilers use only if they are told that the machine has it. All
// 64-bit x86 processors accept it, those without do nothing.

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
