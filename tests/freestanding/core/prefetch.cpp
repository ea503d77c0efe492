// SPDX-License-Identifier: MIT

#include <maxwell/core/prefetch.hpp>

void maxwell_proof_prefetch(char const* line);
void maxwell_proof_prefetch(char const* line) {
    maxwell::prefetch(line);
    maxwell::prefetch_for_write(line);
}
