// SPDX-License-Identifier: MIT
//
// Groups of which one has no slot.

#include <maxwell/auction/tournament_tree.hpp>

#ifdef CONTROL
maxwell::tournament_tree<8, 8> groups;
#else
maxwell::tournament_tree<8, 9> groups;
#endif
