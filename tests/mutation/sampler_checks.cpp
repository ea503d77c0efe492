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
#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// Prices next to the reserve, on both sides, in all of the slots.
template <class Rule, class Draw>
char const* next_to_the_reserve() {
    dice random(10);
    twin<probabilistic_sampler<5, Rule>, reference_sampler<5, Draw>> both;
    for (int i = 0; i < 8000; ++i) {
        operation o{op::insert, 0, random.below(5), random.below(4), random.below(9) == 0 ? 0u : 1u};
        if (random.below(4) == 0) o.kind = op::extract_max;
        if (random.below(4) == 0) o = {op::update_price, 0, 0, random.below(5), 0};
        if (char const* why = both.apply(o)) return why;
    }
    return nullptr;
}

/// Stakes of all sizes, where a unit of noise is some ticks of the payment, and generations that begin without one.
char const* stakes_count_to_the_last_unit() {
    dice random(11);
    twin<probabilistic_sampler<5>, reference_sampler<5, reference_gumbel<5>>> both;
    both.apply({op::quantum_bonus, 0, 0, 4096, 0});  // the temperature
    std::uint32_t generation[5] = {};
    for (int i = 0; i < 12'000; ++i) {
        const std::uint32_t slot = random.below(5);
        if (random.below(40) == 0) ++generation[slot];
        const agent_id id = make_agent_id(slot, generation[slot]);
        const std::uint32_t weights[] = {0, 1, 2, 65534, 65535, 65536, random.below(70'000), random.below(100)};
        operation o{random.below(2) == 0 ? op::insert : op::extract_max, 0, id, 200'000 + random.below(1u << 16), 1};
        if (i % 12 == 0) o = {op::extract_max_if, 0, id, 0, weights[random.below(8)]};  // the stake
        if (char const* why = both.apply(o)) return why;
    }
    return nullptr;
}

/// So many and so high bids that every bit of the random number counts for the ticket, and every ticket for the payment.
char const* tickets_of_a_long_row() {
    dice random(12);
    twin<probabilistic_sampler<40, lottery_rule>, reference_sampler<40, reference_lottery<40>>> both;
    both.apply({op::extract_top, 0, random(), random(), 1});  // the key
    for (std::uint32_t i = 0; i < 1500; ++i) {
        operation o{op::insert, 0, i % 40, max_price - random.below(1u << 30), 1};
        if (i > 40 && i % 2 == 0) o.kind = op::extract_max;
        if (char const* why = both.apply(o, i % 50 == 0)) return why;
    }
    return nullptr;
}

/// The limits of a temperature and of turns, and what a rule says of itself.
char const* settings_are_as_stated() {
    probabilistic_sampler<4> a;
    REQUIRE(a.temperature() == price{1} << 25);
    for (const price tau : {0u, 7u, 8u, 9u, 0x7FFF'FFFFu, 0x8000'0000u, 0x8000'0001u, max_price}) {
        a.temperature(tau);
        REQUIRE(a.temperature() == (tau < 8 ? 8 : tau > 0x8000'0000u ? 0x8000'0000u : tau));
    }
    REQUIRE(gumbel_rule::truthful_for_every_draw && choices_rule<2>::truthful_for_every_draw);
    REQUIRE(!lottery_rule::truthful_for_every_draw && gumbel_rule::has_epochs);
    REQUIRE(!choices_rule<2>::has_epochs && !lottery_rule::has_epochs);
    REQUIRE(sizeof(choices_rule<2>::order<65534>) == 16 + 4 * std::size_t{65534} &&
            sizeof(choices_rule<2>::order<65535>) == 16 + 8 * std::size_t{65535});
    REQUIRE(
        (begins_as_zero<probabilistic_sampler<4>>() && begins_as_zero<probabilistic_sampler<4, choices_rule<2>>>()));
    REQUIRE((begins_as_zero<probabilistic_sampler<4, lottery_rule>>()));
    return nullptr;
}

/// An epoch's number is never 0, which says that a slot has never bid: 1 comes after the last one.
char const* epochs_begin_anew_at_one() {
    using sampler = probabilistic_sampler<1>;
    constexpr std::size_t epoch_at = sizeof(detail::sampler_book<1>) + 5 * sizeof(std::uint32_t);
    sampler a;
    auto* const bytes = reinterpret_cast<unsigned char*>(&a);
    a.insert({0, 5, 1});
    std::uint32_t epoch = 0;
    std::memcpy(&epoch, bytes + epoch_at, sizeof(epoch));
    REQUIRE(epoch == 1);
    epoch = ~0u - 2;
    std::memcpy(bytes + epoch_at, &epoch, sizeof(epoch));
    for (const std::uint32_t next : {~0u - 1, ~0u, 1u, 2u}) {
        REQUIRE(a.extract_max());
        a.insert({0, 5, 1});
        std::memcpy(&epoch, bytes + epoch_at, sizeof(epoch));
        REQUIRE(epoch == next && a.check_invariants());
    }
    return nullptr;
}

/// Most bids are below the reserve, so that draws fail and the row is settled.
template <std::uint32_t D>
char const* choices_among_many_that_are_barred() {
    dice random(9);
    twin<probabilistic_sampler<64, choices_rule<D>>, reference_sampler<64, reference_choices<64, D>>> both;
    for (int i = 0; i < 4000; ++i) {
        const bool high = random.below(3) == 0;  // of four slots
        operation o{random.below(8) != 0 ? op::insert : op::extract_max, 0,
                    high ? random.below(4) : 4 + random.below(60), high ? 900 + random.below(9) : random.below(100), 1};
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

/// From one edge of a cell, whose noise is the nearest integer, to the next one in a straight line, rounded down.
char const* noise_is_a_line_in_each_cell() {
    using cells = log_linear<4>;
    const auto at_edge = [](std::uint64_t a, std::uint32_t end) {
        const long double v = static_cast<long double>(a) / 4294967296.0L;
        return std::int64_t{3200} + std::llround(-std::log(-(end == 1 ? std::log(v) : std::log1p(-v))) * 1024);
    };
    for (std::uint32_t cell = 1; cells::lower_edge(cell) < 1u << 31; ++cell) {
        const std::int64_t lower = cells::lower_edge(cell);
        const std::int64_t width = cells::lower_edge(cell + 1) - lower;
        for (const std::uint32_t end : {0u, 1u}) {
            const std::int64_t from = at_edge(static_cast<std::uint64_t>(lower), end);
            const std::int64_t step = at_edge(static_cast<std::uint64_t>(lower + width), end) - from;
            for (const std::int64_t into : {std::int64_t{0}, std::int64_t{1}, width / 3 | 1, width / 2, width - 1}) {
                if (into >= width) continue;
                const std::int64_t along = step * into;
                const std::int64_t whole = along >= 0 ? along / width : -((-along + width - 1) / width);
                const auto bits = static_cast<std::uint32_t>(lower + into - 1) << 1 | end;
                REQUIRE(detail::gumbel_noise::draw(bits) == static_cast<std::uint64_t>(from + whole));
            }
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
    using namespace maxwell;
    using namespace maxwell::test;
    return run({noise_is_gumbels, noise_is_a_line_in_each_cell, hash_is_uniform_and_takes_everything_in,
                lottery_pays_by_myerson, operations_of_known_agents, choices_among_many_that_are_barred<1>,
                choices_among_many_that_are_barred<3>, next_to_the_reserve<gumbel_rule, reference_gumbel<5>>,
                next_to_the_reserve<lottery_rule, reference_lottery<5>>, stakes_count_to_the_last_unit,
                tickets_of_a_long_row, settings_are_as_stated, epochs_begin_anew_at_one, random_operations,
                law_holds_in_the_loop, equal_bids_are_served_in_no_order});
}
