// SPDX-License-Identifier: MIT
//
// Refused: a warning.

#pragma once

inline int twice(int n) {
    for (int i = 0; i < 1; ++i) {
        int n = i;
        return n;
    }
    return n;
}
