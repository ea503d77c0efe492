// SPDX-License-Identifier: MIT
//
// The killer of samplers' mutants: the oracles under the same draws, and, since oracles share what draws are made of, the laws of
// the hash and of the noise.

#include "fuzz/sampler_targets.hpp"
#include "mutation/check.hpp"
#include "support/chi_square.hpp"
#include "support/dice.hpp"

#include <maxwell/auction/probabilistic_sampler.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

namespace maxwell::test {
namespace {

char const* random_operations() {
    dice random(7);
    for (int input = 0; input < 1500; ++input) {
        std::vector<std::uint8_t> bytes(1 + 8 * 40);
        for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
        if (char const* why = run_sampler_targets(bytes.data(), bytes.size())) return why;
    }
    return nullptr;
}

/// Known agents, whose scores tie often at one temperature, and turn their amounts round at the other.
char const* operations_of_known_agents() {
    dice random(8);
    twin<probabilistic_sampler<5, gumbel_rule_of_levels<64>>, reference_sampler<5, flat_gumbel<5, 64>>> both;
    for (int i = 0; i < 20'000; ++i) {
        operation o{random.below(3) != 0 ? op::insert : op::extract_max, 0, random.below(5), random.below(3) * 20, 1};
        if (i % 7 == 0) o = {op::update_price, 0, 0, random.below(3) * 20, 0};
        if (i % 50 == 0) o = {op::extract_top, static_cast<std::uint8_t>(1 + random.below(3)), random(), random(), 1};
        if (i % 1000 == 0) o = {op::quantum_bonus, 0, 0, i % 2000 == 0 ? 32u : 1u << 25, 0};  // the temperature
        if (char const* why = both.apply(o)) return why;
    }
    return nullptr;
}

char const* noise_is_gumbels() {
    for (std::uint32_t a = 1; a < 1u << 31; a += a < 3000 ? 1 : a / 997) {
        for (const std::uint32_t end : {0u, 1u}) {
            const double v = a / 4294967296.0;
            const double exact = end == 1 ? -std::log(-std::log(v)) : -std::log(-std::log1p(-v));
            const double found = (detail::gumbel_noise::draw((a - 1) << 1 | end) - 3200.0) / 1024;
            if (std::abs(found - exact) > 1.0 / 512) return "the noise is not Gumbel's";
        }
    }
    return nullptr;
}

char const* hash_is_uniform_and_takes_everything_in() {
    std::vector<std::uint64_t> words(64), tails(64), keys(64);
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        ++words[keyed_hash({1, 2}, i, 0) >> 58];
        ++tails[keyed_hash({1, 2}, 7, i) >> 58];
        ++keys[keyed_hash({i, 3}, 7, 0) >> 58];
    }
    for (auto const& seen : {words, tails, keys}) {
        if (!fits(seen, std::vector<double>(64, 1.0 / 64))) return "the hash is not uniform";
    }
    return nullptr;
}

char const* lottery_pays_by_myerson() {
    for (const std::uint64_t others : {1u, 10u, 1000u}) {
        for (price b = 0; b < 40; ++b) {
            double mean = 0, myerson = b;
            for (price ticket = 0; ticket <= b; ++ticket) mean += lottery_rule::payment(b, ticket, others) / (b + 1.0);
            const auto p = [&](price z) { return (z + 1.0) / (z + 1.0 + static_cast<double>(others)); };
            for (price z = 0; z < b; ++z) myerson -= p(z) / p(b);
            if (mean < myerson - 1e-9 || mean >= myerson + 1) return "the lottery's payment is not Myerson's";
        }
    }
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({noise_is_gumbels, hash_is_uniform_and_takes_everything_in, lottery_pays_by_myerson,
                operations_of_known_agents, random_operations});
}
