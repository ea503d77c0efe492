// SPDX-License-Identifier: MIT
//
// Refused: memory from the heap. Compiles, and asks for operator new.

int* allocate() { return new int; }
