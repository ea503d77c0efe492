// SPDX-License-Identifier: MIT

#include "sim/makers.hpp"

namespace maxwell::simulator {

std::vector<policy_info> const& all_policies() {
    static const std::vector<policy_info> all = {
        {"market/tournament_tree", "the market, exact prices", true, true, false, false, make_tree_market},
        {"market/lazy_heap", "the market, exact prices", true, true, false, false, make_heap_market},
        {"market/stratified_buckets", "the market, tiers 0.8 % wide", true, true, false, false, make_buckets_market},
        {"market/adaptive_tiers", "the market, tiers that follow the bids", true, true, false, false,
         make_adaptive_market},
        {"market/fair_share", "the market; agents bid by their shares and don't pay", true, true, false, false,
         make_fair_share_market},
        {"market/deferred", "one slot each, paid for on leaving (deferred_payment.hpp)", false, false, true, true,
         make_deferred},
        {"gumbel", "sampler: price plus noise of 1 % of the highest values", false, false, false, false, make_gumbel},
        {"choices", "sampler: the best of 16 drawn", false, false, false, false, make_choices},
        {"lottery by bids", "sampler: in proportion to the bids", false, false, false, false, make_lottery_by_bids},
        {"lottery", "in proportion to the weights (Waldspurger and Weihl 1994)", false, false, false, false,
         make_lottery_by_weights},
        {"random", "each as likely as the others", false, false, false, false, make_random},
        {"round robin", "in turn, first come first served for jobs of one quantum", false, true, false, false,
         make_round_robin},
        {"stride", "shares by weight (Waldspurger and Weihl 1995)", false, true, false, false, make_stride},
        {"eevdf", "shares by weight, earliest eligible virtual deadline first (Stoica and Abdel-Wahab 1995)", false,
         true, false, false, make_eevdf},
        {"earliest deadline", "the earliest deadline first", false, true, false, false, make_earliest_deadline},
        {"first price", "the best bid wins and is paid", false, true, false, false, make_first_price},
        {"posted price", "the median value is posted; first come, first served", false, true, false, false,
         make_posted_price},
        {"vcg", "exact VCG, all processors at once", false, false, true, false, make_vcg},
        {"gsp", "generalised second price, all processors at once", false, false, true, false, make_gsp},
        {"proportional share", "time in proportion to bids, each pays its own (Kelly 1997)", false, false, true, false,
         make_proportional_share},
        {"karma", "owners lend and borrow by credits (OSDI 2023)", false, false, true, false, make_karma},
    };
    return all;
}

policy_info const* find_policy(std::string_view name) { return find_named(all_policies(), name); }

}  // namespace maxwell::simulator
