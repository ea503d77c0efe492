// SPDX-License-Identifier: MIT
//
// Refused: an exception.

void raise() { throw 1; }
