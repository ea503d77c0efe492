// SPDX-License-Identifier: MIT
//
// What is fuzzed of samplers: every rule against its oracle under the same draws.

#pragma once

#include "support/lockstep.hpp"
#include "support/reference_draws.hpp"
#include "support/reference_sampler.hpp"

#include <maxwell/auction/probabilistic_sampler.hpp>

#include <cstddef>
#include <cstdint>

namespace maxwell::test {

template <std::size_t Capacity, class Rule, class Draw>
char const* fuzz_sampler(std::uint8_t const* data, std::size_t size) {
    return run_bytes<probabilistic_sampler<Capacity, Rule>, reference_sampler<Capacity, Draw>>(data, size);
}

/// Null, or a sentence on the first sampler that differs from its oracle.
inline char const* run_sampler_targets(std::uint8_t const* data, std::size_t size) {
    if (char const* why = fuzz_sampler<5, gumbel_rule, reference_gumbel<5>>(data, size)) return why;
    if (char const* why = fuzz_sampler<5, choices_rule<3>, reference_choices<5, 3>>(data, size)) return why;
    if (char const* why = fuzz_sampler<5, lottery_rule, reference_lottery<5>>(data, size)) return why;
    return nullptr;
}

}  // namespace maxwell::test
