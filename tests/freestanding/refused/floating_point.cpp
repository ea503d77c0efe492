// SPDX-License-Identifier: MIT
//
// Refused: a computation in floating point. One compiler says so, the other quietly calls a soft-float routine.

int scale(int x) {
    volatile double factor = x;
    return static_cast<int>(factor * 1.5);
}
