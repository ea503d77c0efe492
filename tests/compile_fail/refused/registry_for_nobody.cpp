// SPDX-License-Identifier: MIT
//
// A registry without a slot.

#include <maxwell/core/agent_registry.hpp>

#ifdef CONTROL
maxwell::agent_registry<1> nobody;
#else
maxwell::agent_registry<0> nobody;
#endif
