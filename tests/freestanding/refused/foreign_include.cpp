// SPDX-License-Identifier: MIT
//
// Refused: a header that a freestanding library need not have.

#include <vector>
