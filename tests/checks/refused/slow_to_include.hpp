// SPDX-License-Identifier: MIT
//
// A header that checks.compile_time must refuse: it computes a table at compile time.

#pragma once

struct slow_table {
    unsigned entry[1000] = {};
};

constexpr slow_table make_slow_table() {
    slow_table t;
    unsigned state = 1;
    for (unsigned& e : t.entry) {
        for (int i = 0; i < 400; ++i) state = state * 1664525 + 1013904223;
        e = state;
    }
    return t;
}

inline constexpr slow_table computed = make_slow_table();
