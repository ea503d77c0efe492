// SPDX-License-Identifier: MIT
//
// libFuzzer target: arbitrary bytes as an operation sequence, container against oracle. Built with clang as
// `operations_fuzz`; corpus_test replays what it has found with any compiler, through the same body.

#include "fuzz/moving_targets.hpp"
#include "fuzz/sampler_targets.hpp"
#include "fuzz/targets.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    char const* why = maxwell::test::run_all_targets(data, size);
    if (why == nullptr) why = maxwell::test::run_moving_targets(data, size);
    if (why == nullptr) why = maxwell::test::run_sampler_targets(data, size);
    if (why != nullptr) {
        std::fprintf(stderr, "%s\n", why);
        __builtin_trap();
    }
    return 0;
}
