// SPDX-License-Identifier: MIT
//
// An exact auction without a slot.

#include <maxwell/auction/tournament_tree.hpp>

#ifdef CONTROL
maxwell::tournament_tree<1> nobody;
#else
maxwell::tournament_tree<0> nobody;
#endif
