// SPDX-License-Identifier: MIT
//
// What draw.py is tried on: its checks watch one of two functions.

#pragma once

namespace maxwell {

constexpr int limited(int a) noexcept {
    if (a < 10) return a;
    return 10;
}

constexpr int unwatched(int a) noexcept { return a + 7; }

}  // namespace maxwell
