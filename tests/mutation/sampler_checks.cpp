// SPDX-License-Identifier: MIT
//
// What samplers' mutants must not pass: lockstep with the reference models under the same draws, and, since those share what draws
// are made of, the laws of the hash, of the noise, and of a scheduler's loop.

#include "fuzz/sampler_targets.hpp"
#include "mutation/check.hpp"
#include "support/chi_square.hpp"
#include "support/dice.hpp"
#include "support/sampler_loop.hpp"

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
    twin<probabilistic_sampler<5>, reference_sampler<5, reference_gumbel<5>>> both;
    for (int i = 0; i < 20'000; ++i) {
        operation o{random.below(3) != 0 ? op::insert : op::extract_max, 0, random.below(5), random.below(3) * 20, 1};
        if (i % 7 == 0) o = {op::update_price, 0, 0, random.below(3) * 20, 0};
        if (i % 50 == 0) o = {op::extract_top, static_cast<std::uint8_t>(1 + random.below(3)), random(), random(), 1};
        if (i % 1000 == 0) o = {op::quantum_bonus, 0, 0, i % 2000 == 0 ? 8u : 1u << 31, 0};  // the temperature
        if (char const* why = both.apply(o)) return why;
    }
    return nullptr;
}

/// Most bids are below the reserve, so that draws fail and the row is settled.
char const* choices_among_many_that_are_barred() {
    dice random(9);
    twin<probabilistic_sampler<64, choices_rule<1>>, reference_sampler<64, reference_choices<64, 1>>> both;
    for (int i = 0; i < 3000; ++i) {
        operation o{random.below(2) != 0 ? op::insert : op::extract_max, 0, random.below(64),
                    random.below(16) == 0 ? 900 + random.below(9) : random.below(100), 1};
        if (i % 10 == 0) o = {op::update_price, 0, 0, random.below(4) == 0 ? 0u : 500u, 0};
        if (char const* why = both.apply(o)) return why;
    }
    return nullptr;
}

/// The owner of the last slot enters idle identities after a win and withdraws them after a loss.
char const* law_holds_in_the_loop() {
    probabilistic_sampler<10> a;
    a.rekey({4, 5});
    a.temperature(1000);
    std::vector<price> amounts(10, 0);
    amounts[0] = amounts[9] = 100'000;
    bool in = true;
    const auto idle = [&](auto& sampler, std::uint32_t winner) {
        if ((winner == 9) == in) return;
        in = winner == 9;
        for (std::uint32_t slot = 1; slot < 9; ++slot) sampler.insert({slot, 0, in ? 1u : 0u});
    };
    const auto found = run_loop(a, amounts, 60'000, 9, 0, idle);
    return found.owner.agrees_with(.5) ? nullptr : "the law does not hold in the loop";
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

char const* equal_bids_are_served_in_no_order() {
    constexpr auction_traits drawn{fidelity::sampled, fidelity::sampled, false};
    REQUIRE((probabilistic_sampler<4, choices_rule<2>>::traits == drawn));
    REQUIRE((probabilistic_sampler<4, lottery_rule>::traits == drawn && probabilistic_sampler<4>::traits == drawn));
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({noise_is_gumbels, hash_is_uniform_and_takes_everything_in, lottery_pays_by_myerson,
                operations_of_known_agents, choices_among_many_that_are_barred, random_operations,
                law_holds_in_the_loop, equal_bids_are_served_in_no_order});
}
