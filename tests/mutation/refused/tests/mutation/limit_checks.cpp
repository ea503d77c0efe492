// SPDX-License-Identifier: MIT

#include <maxwell/core/limit.hpp>

int main() {
    for (int a = 0; a < 20; ++a) {
        if (maxwell::limited(a) != (a < 10 ? a : 10) || maxwell::unwatched(a) == 0) return 1;
    }
}
