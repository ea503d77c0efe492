// SPDX-License-Identifier: MIT

#include <maxwell/core/assert.hpp>

void check(int x) { MAXWELL_ASSERT(x > 0); }
