// SPDX-License-Identifier: MIT
//
// The C++ side of the module: the library's headers, compiled with the kernel's own flags.

#include "market.hpp"

namespace {
maxwell::test::module_market& as_market(void* memory) { return *static_cast<maxwell::test::module_market*>(memory); }
}  // namespace

extern "C" {
unsigned long maxwell_market_bytes() { return sizeof(maxwell::test::module_market); }
std::uint64_t maxwell_market_fill_and_run(void* memory, std::uint64_t* seed) {
    maxwell::test::fill(as_market(memory), *seed);
    return maxwell::test::run(as_market(memory), maxwell::test::module_quanta, *seed);
}
void maxwell_market_quantum(void* memory, std::uint64_t* seed) { maxwell::test::run(as_market(memory), 1, *seed); }
int maxwell_market_is_whole(void* memory) { return as_market(memory).check_invariants() ? 1 : 0; }
}
