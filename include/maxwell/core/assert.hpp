// SPDX-License-Identifier: MIT
//
// MAXWELL_ASSERT: a broken invariant stops the program where it is found.
//
// On unless NDEBUG is defined. An includer replaces it by defining MAXWELL_ASSERT(condition) before the first include of
// Maxwell, for instance as BUG_ON(!(condition)) in a kernel. What a caller can get wrong is never asserted: it returns a
// `status` or an empty optional.

#pragma once

#include <maxwell/core/cxx20.hpp>

#ifndef MAXWELL_ASSERT
#ifdef NDEBUG
#define MAXWELL_ASSERT(condition) static_cast<void>(sizeof((condition) ? 1 : 0))  // checked by the compiler, never run
#else
#define MAXWELL_ASSERT(condition) ((condition) ? static_cast<void>(0) : __builtin_trap())
#endif
#endif
