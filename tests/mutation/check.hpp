// SPDX-License-Identifier: MIT
//
// What the mutation checks of all areas share. A check returns null, or a sentence on what it found; the first sentence ends the
// program.

#pragma once

#include <cstdio>
#include <cstring>
#include <initializer_list>

#define REQUIRE(condition) \
    if (!(condition)) return #condition

namespace maxwell::test {

using check = char const* (*)();

/// Is the object that nobody has touched all zero, so that zeroed memory is one?
template <class T>
bool begins_as_zero() {
    static T const object{};
    static unsigned char const zeros[sizeof(T)] = {};
    return std::memcmp(static_cast<void const*>(&object), zeros, sizeof(T)) == 0;
}

/// The exit code: 0 when all of them are content.
inline int run(std::initializer_list<check> checks) {
    for (const check c : checks) {
        if (char const* why = c()) {
            std::printf("%s\n", why);
            return 1;
        }
    }
    return 0;
}

}  // namespace maxwell::test
