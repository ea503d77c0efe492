// SPDX-License-Identifier: MIT
//
// cxx20: one clear sentence where the compiler is set to an older language. Headers that include no other one include this.

#pragma once

#if defined(_MSVC_LANG)
#if _MSVC_LANG < 202002L
#error "Maxwell needs C++20: compile with /std:c++20 or later"
#endif
#elif __cplusplus < 202002L
#error "Maxwell needs C++20: compile with -std=c++20 or later"
#endif
