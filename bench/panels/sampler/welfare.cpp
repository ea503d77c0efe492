// SPDX-License-Identifier: MIT
//
// The rules of probabilistic_sampler by what they promise, measured on draws and not on the clock.
//
//     welfare     winners' values over the highest ones; how often the winner is among the best 10 of 1,000
//     splitting   one owner among twelve alike, with 1 and with 16 identities: how often it wins
//     waiting     64 agents alike, every winner bids again at once: the longest time that one of them was not served

#include "panels/sampler/sampler.hpp"

#include <maxwell/auction/probabilistic_sampler.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace maxwell::bench {
namespace {

constexpr price highest = 1'000'000'000;
constexpr std::size_t agents = 1000;

/// What an owner of several identities has to divide among them.
enum class splits { nothing, stake, bid };

struct rule_setting {
    char const* name;
    price temperature;  ///< of gumbel_rule
    splits divided;
};

/// Enters bids and makes all agents known, which newcomers of gumbel_rule are not.
template <class A>
std::unique_ptr<A> make_market(std::vector<price> const& amounts, rule_setting const& setting, std::uint64_t key) {
    auto a = std::make_unique<A>();
    const auto enter = [&] {
        for (std::uint32_t s = 0; s < amounts.size(); ++s) a->insert({s, amounts[s], 1});
    };
    if constexpr (requires { a->rekey({key, 1}); }) a->rekey({key, 1});
    if constexpr (requires { a->temperature(1u); }) {
        a->temperature(setting.temperature);
        a->agents_per_award(static_cast<std::uint32_t>(A::capacity()));
        for (int round = 0; round < 3; ++round) {
            enter();
            a->extract_max();
        }
    }
    enter();
    return a;
}

struct welfare_figures {
    double welfare = 0;  ///< of the best
    double among_10 = 0;
};

template <class Rule>
welfare_figures welfare_of(rule_setting const& setting, bool heavy_tails, std::size_t markets) {
    std::mt19937_64 random(9);
    std::lognormal_distribution<double> lognormal(0, 1);
    welfare_figures sum;
    constexpr int draws = 10;
    for (std::size_t m = 0; m < markets; ++m) {
        std::vector<double> values(agents);
        for (double& v : values) v = heavy_tails ? lognormal(random) : static_cast<double>(random() % 1'000'000 + 1);
        std::sort(values.rbegin(), values.rend());  // slot = rank
        std::vector<price> amounts(agents);
        for (std::size_t i = 0; i < agents; ++i) amounts[i] = static_cast<price>(values[i] / values[0] * highest);
        const auto a = make_market<probabilistic_sampler<agents, Rule>>(amounts, setting, m);
        for (std::uint64_t draw = 0; draw < draws; ++draw) {
            a->rekey({m, draw + 2});
            const bid won = a->top()->winner;
            sum.welfare += static_cast<double>(won.amount) / highest;
            sum.among_10 += slot_of(won.agent) < 10 ? 1 : 0;
        }
    }
    const double n = static_cast<double>(markets) * draws;
    return {sum.welfare / n, sum.among_10 / n};
}

/// How often the owner of the last `identities` of eleven more agents wins.
template <class Rule>
double owner_wins(rule_setting const& setting, std::size_t identities, std::size_t draws) {
    constexpr std::size_t others = 11;
    std::vector<price> amounts(others + identities, highest);
    if (setting.divided == splits::bid) {
        for (std::size_t i = others; i < amounts.size(); ++i) amounts[i] = static_cast<price>(highest / identities);
    }
    auto a = make_market<probabilistic_sampler<27, Rule>>(amounts, setting, 7);
    if constexpr (Rule::has_epochs) {
        if (setting.divided == splits::stake) {
            for (std::size_t i = 0; i < amounts.size(); ++i) {
                a->stake(i, static_cast<std::uint32_t>(i < others ? 16 : 16 / identities));
            }
            for (int round = 0; round < 3; ++round) a->insert(a->extract_max()->winner);
        }
    }
    std::size_t wins = 0;
    for (std::uint64_t draw = 0; draw < draws; ++draw) {
        a->rekey({draw, 3});
        wins += slot_of(a->top()->winner.agent) >= others ? 1 : 0;
    }
    return static_cast<double>(wins) / static_cast<double>(draws);
}

/// The longest wait of any of 64 agents that bid the same, in awards.
template <class Rule>
std::size_t longest_wait(rule_setting const& setting, std::uint32_t agents_per_award, std::size_t awards) {
    constexpr std::size_t n = 64;
    auto a = make_market<probabilistic_sampler<n, Rule>>(std::vector<price>(n, highest), setting, 8);
    if constexpr (Rule::has_epochs) a->agents_per_award(agents_per_award);
    std::vector<std::size_t> last(n, 0);
    std::size_t longest = 0;
    for (std::size_t t = 1; t <= awards; ++t) {
        const bid won = a->extract_max()->winner;
        longest = std::max(longest, t - last[slot_of(won.agent)]);
        last[slot_of(won.agent)] = t;
        a->insert(won);
    }
    for (const std::size_t l : last) longest = std::max(longest, awards - l);
    return longest;
}

judged_goal judge(std::string text, double figure, bool met) {
    return {"probabilistic_sampler", std::move(text), fmt::format("{:.4f}", figure),
            met ? verdict::met : verdict::missed};
}

}  // namespace

panel_result draw_winners(panel_context const& context) {
    const std::size_t markets = context.full ? 1000 : 100;
    const std::size_t draws = context.full ? 2'000'000 : 400'000;
    const std::size_t awards = context.full ? 2'000'000 : 200'000;
    panel_result out;
    panel_table table{
        "What a rule costs, and what it gives",
        {"rule", "welfare, uniform", "welfare, lognormal", "of the best 10, uniform", "of the best 10, lognormal",
         "wins with 1 identity", "with 16", "longest wait"},
        {},
        "Welfare: winners' values over the highest ones, N = 1,000. Identities: one owner of twelve that are alike; it "
        "splits its stake, its bid under lottery_rule, or nothing that counts. Wait: in awards, of 64 agents that bid "
        "the "
        "same; gumbel_rule with a new epoch for 1 or 64 agents an award."};
    double part = 0;
    const auto add = [&]<class Rule>(Rule, rule_setting const& setting) {
        context.progress(part, setting.name);
        part += 1.0 / 7;
        const welfare_figures uniform = welfare_of<Rule>(setting, false, markets);
        const welfare_figures lognormal = welfare_of<Rule>(setting, true, markets);
        const double one = owner_wins<Rule>(setting, 1, draws);
        const double sixteen = owner_wins<Rule>(setting, 16, draws);
        std::string wait = fmt::format("{}", longest_wait<Rule>(setting, 1, awards));
        if (Rule::has_epochs) wait += fmt::format(" / {}", longest_wait<Rule>(setting, 64, awards));
        table.rows.push_back({setting.name, fmt::format("{:.4f}", uniform.welfare),
                              fmt::format("{:.4f}", lognormal.welfare), fmt::format("{:.3f}", uniform.among_10),
                              fmt::format("{:.3f}", lognormal.among_10), fmt::format("{:.4f}", one),
                              fmt::format("{:.4f}", sixteen), wait});
        if (setting.divided != splits::stake) return;
        out.goals.push_back(judge("welfare of uniform values at a temperature of 1 %, at least .99", uniform.welfare,
                                  uniform.welfare >= .99));
        out.goals.push_back(judge("welfare of lognormal values at a temperature of 1 %, at least .99",
                                  lognormal.welfare, lognormal.welfare >= .99));
        out.goals.push_back(judge("16 identities that share a stake win no more often, to .002", sixteen - one,
                                  sixteen - one < .002 && one - sixteen < .002));
    };
    add(gumbel_rule{}, {"gumbel_rule, tau 1 %, by stake", highest / 100, splits::stake});
    add(gumbel_rule{}, {"gumbel_rule, tau 1 %", highest / 100, splits::nothing});
    add(gumbel_rule{}, {"gumbel_rule, tau 5 %", highest / 20, splits::nothing});
    add(choices_rule<2>{}, {"choices_rule<2>", 0, splits::nothing});
    add(choices_rule<16>{}, {"choices_rule<16>", 0, splits::nothing});
    add(lottery_rule{}, {"lottery_rule, splitting its bid", 0, splits::bid});
    add(lottery_rule{}, {"lottery_rule, bidding in full", 0, splits::nothing});
    out.tables.push_back(std::move(table));
    out.notes.push_back(
        fmt::format("{} markets with ten draws each, {} draws for identities, {} awards for waits; fixed seeds.",
                    markets, draws, awards));
    return out;
}

}  // namespace maxwell::bench
