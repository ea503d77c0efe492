// SPDX-License-Identifier: MIT
//
// Samplers: other bids, for every draw or in expectation; several names of one owner; owners that try to choose among draws.

#include "audit/deviations.hpp"
#include "deviation/sampler_rules.hpp"
#include "support/sampler_adversaries.hpp"
#include "support/sampler_loop.hpp"

#include <maxwell/auction/probabilistic_sampler.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace maxwell::audit {
namespace {

using namespace maxwell::test;

finding search_gumbel(effort e) {
    finding found = search_rule(
        {"sampling::one_award<sampling::gumbel_sampler>{}", sampling::one_award<sampling::gumbel_sampler>{}},
        sampling::space);
    for (std::uint64_t key = 0; key < pick(e, 12, 60, 300); ++key) {
        const std::string text = fmt::format("{{sampling::seasoned({{{}, 1}})}}", key);
        found += search_rule({"sampling::one_award<sampling::gumbel_sampler>" + text,
                              sampling::one_award<sampling::gumbel_sampler>{sampling::seasoned({key, 1})}},
                             sampling::space);
        found += search_rule({"sampling::second_award" + text, sampling::second_award{sampling::seasoned({key, 1})}},
                             sampling::space);
    }
    return found;
}

template <std::uint32_t D>
finding search_choices(std::size_t keys) {
    using A = probabilistic_sampler<sampling::agents, choices_rule<D>>;
    finding found;
    for (std::uint64_t key = 0; key < keys; ++key) {
        sampling::one_award<A> run{A{}};
        run.prepared.rekey({key, D});
        found += search_rule({fmt::format("choices_rule<{}> under the key {}", D, key), run}, sampling::space);
    }
    return found;
}

finding search_without_noise(effort) {
    finding found;
    for (std::uint64_t key = 0; key < 10; ++key) {
        found += search_rule({fmt::format("sampling::second_price_without_noise{{sampling::seasoned({{{}, 1}})}}", key),
                              sampling::second_price_without_noise{sampling::seasoned({key, 1})}},
                             {.agents = sampling::agents, .ticks = 6, .all_slots = false});
    }
    return found;
}

// --- names -----------------------------------------------------------------------------------------------------------------

/// How much more often the owner of the slots from 11 on wins with `names` of them than with one, among 11 others like it.
finding search_names(std::uint32_t names, bool stakes_divided, std::size_t awards) {
    const auto wins = [&](std::uint32_t n) {
        constexpr std::uint32_t others = 11, whole = 64;
        const auto a = make_sampler<others + 64>(1000, others + n);
        for (std::uint32_t slot = 0; slot < others + n; ++slot) {
            a->stake(slot, slot < others || !stakes_divided ? whole : whole / n);
        }
        return run_loop(*a, std::vector<price>(others + n, 100'000), awards, others, 0).owner.mean();
    };
    const double one = wins(1), many = wins(names), change = std::abs(many - one);
    return {1, change > .002 ? std::uint64_t{1} : 0, change,
            fmt::format("wins {:.4f} of {} awards with one name, {:.4f} with {}", one, awards, many, names)};
}

/// 1,000 tickets against 1,000: what an award costs the owner under `names` names, in ticks below what it costs under one.
finding search_divided_bids(effort e) {
    const auto paid = [&](std::uint32_t names) {
        probabilistic_sampler<65, lottery_rule> a;
        a.rekey({1, names});
        std::vector<price> amounts(1 + names, 999 / names);
        amounts[0] = 999;
        const auto f = run_loop(a, amounts, pick(e, 50'000, 100'000, 500'000), 1, 1000);
        return 1000 - f.gain.mean() / f.owner.mean();
    };
    const double one = paid(1), sixteen = paid(16), all = paid(64);
    return {3, 2, one - all,
            fmt::format("an award costs {:.1f} under one name, {:.1f} under 16, {:.1f} under 64; it is worth 1,000",
                        one, sixteen, all)};
}

/// Choices: P(win) under 16 names less that under one, the same bid for each.
finding search_names_of_choices(effort e) {
    const auto wins = [&](std::uint32_t names) {
        probabilistic_sampler<27, choices_rule<2>> a;
        a.rekey({3, names});
        return run_loop(a, std::vector<price>(11 + names, 100'000), pick(e, 50'000, 200'000, 500'000), 11, 0)
            .owner.mean();
    };
    const double one = wins(1), many = wins(16);
    return {2, many > one ? std::uint64_t{1} : 0, many - one,
            fmt::format("wins {:.3f} of awards with one name, {:.3f} with 16", one, many)};
}

// --- choosing among draws --------------------------------------------------------------------------------------------------

template <class A, class Adversary>
void add_wins(finding& found, A& a, std::size_t awards, Adversary adversary, char const* what) {
    const batch_mean wins = run_loop(a, owner_and_one_other(), awards, owner, owner_value, adversary).owner;
    const double above = (wins.mean() - .5) / wins.standard_error();
    ++found.cases;
    if (above > 5) ++found.against;
    if (above <= found.worst) return;
    found.worst = above;
    found.example = fmt::format("{}: wins {:.4f} +- {:.4f} of {} awards, one half is its due", what, wins.mean(),
                                wins.standard_error(), awards);
}

finding search_adversaries(effort e) {
    finding found;
    const std::size_t awards = pick(e, 60'000, 200'000, 1'000'000);
    const auto add = [&](auto adversary, char const* what) {
        for (const std::uint32_t turns : {1u, 5u})
            add_wins(found, *make_sampler<owner + 1>(1000, turns), awards, adversary, what);
    };
    add(idle_identities{16, true}, "idle identities enter after a win");
    add(idle_identities{16, false}, "idle identities enter after a loss");
    add(absence{1}, "absence for an award");
    add(absence{7}, "absence for some awards");
    add(repetition{}, "bids again and again");
    add(new_draws{false}, "a new generation after each loss");
    add(new_draws{true}, "a changed stake after each loss");
    return found;
}

}  // namespace

std::vector<claim> claims_on_samplers() {
    const std::string per_draw = "For every draw, bidding one's value is best; nobody pays more than it bid.";
    const char* identities = "identities";
    return {
        {"samplers",
         "gumbel_for_every_draw",
         per_draw,
         "3 agents, 6 prices, all values on quarter ticks and orders, reserve 0 and 2; newcomers, seasoned agents "
         "under many keys, after "
         "a reserve that barred all",
         0,
         "ticks",
         search_gumbel,
         {{"a draw that follows the bid",
           [](effort) { return search_rule(MAXWELL_AUDIT_RULE(sampling::redrawing), sampling::space); }},
          {"second price without the noise", search_without_noise}}},
        {"samplers",
         "choices_for_every_draw",
         per_draw,
         "the same, 1, 2 and 4 choices under many keys",
         0,
         "ticks",
         [](effort e) {
             finding found = search_choices<1>(pick(e, 8, 40, 200));
             found += search_choices<2>(pick(e, 8, 40, 200));
             return found += search_choices<4>(pick(e, 8, 40, 200));
         },
         {{"second price without the noise", search_without_noise}}},
        {"samplers",
         "lottery_in_expectation",
         "In expectation over the tickets no bid beats one's value by a tick for each time that it wins.",
         "1 to 1,000 tickets of others, values to 60 on half ticks, every bid to 120, every ticket",
         1,
         "ticks",
         [](effort) {
             const auto g = sampling::search_lottery();
             return finding{g.cases, g.gain, g.worst, {}};
         },
         {{"winners pay their bids",
           [](effort) {
               const auto g = sampling::search_lottery();
               return finding{g.cases, g.gain_at_first_price, g.worst_at_first_price, {}};
           }}}},
        {identities,
         "sixteen_names_and_a_divided_stake",
         "An owner that divides its stake among names wins as often as under one.",
         "gumbel_rule, 11 others alike, all draw anew at each award; the change of P(win)",
         .002,
         "of all awards",
         [](effort e) { return search_names(16, true, pick(e, 400'000, 1'500'000, 6'000'000)); },
         {{"stakes of their own for all names", [](effort) { return search_names(16, false, 100'000); }}}},
        {identities,
         "sixty_four_names_and_a_divided_stake",
         "The same with 64 names.",
         "the same",
         .002,
         "of all awards",
         [](effort e) { return search_names(64, true, pick(e, 400'000, 1'000'000, 4'000'000)); },
         {{"stakes of their own for all names", [](effort) { return search_names(64, false, 50'000); }}}},
        {identities,
         "choosing_among_draws",
         "Idle identities, absence, repetition, new generations and changed stakes win no draw that is not due.",
         "gumbel_rule, an owner of 17 slots against one agent like it, 1 and 5 turns an award; wins above one half",
         5,
         "standard errors",
         search_adversaries,
         {{"turns of live bids only, counted after the winner has left",
           [](effort) {
               finding found;
               live_cursor_sampler<owner + 1> a(1000, 5);
               add_wins(found, a, 60'000, idle_identities{16, true}, "idle identities");
               return found;
           }}}},
        {identities,
         "a_bid_divided_in_the_lottery",
         "An owner that divides its bid among names wins as often and pays less and less.",
         "1,000 tickets against 1,000 under 1, 16 and 64 names",
         {},
         "ticks an award",
         search_divided_bids,
         {}},
        {identities,
         "names_under_choices",
         "Each name wins as an agent does.",
         "choices_rule<2>, 11 others alike, 1 and 16 names with the same bid",
         {},
         "of all awards",
         search_names_of_choices,
         {}},
    };
}

}  // namespace maxwell::audit
