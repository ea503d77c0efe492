// SPDX-License-Identifier: MIT
//
// What makes each policy. policies.cpp lists them with their names.

#pragma once

#include "sim/policy.hpp"

#include <memory>

namespace maxwell::simulator {

// Markets.
std::unique_ptr<policy> make_tree_market(setting const&);
std::unique_ptr<policy> make_heap_market(setting const&);
std::unique_ptr<policy> make_buckets_market(setting const&);
std::unique_ptr<policy> make_adaptive_market(setting const&);
std::unique_ptr<policy> make_fair_share_market(setting const&);
std::unique_ptr<policy> make_deferred(setting const&);

// Draws.
std::unique_ptr<policy> make_gumbel(setting const&);
std::unique_ptr<policy> make_choices(setting const&);
std::unique_ptr<policy> make_lottery_by_bids(setting const&);
std::unique_ptr<policy> make_lottery_by_weights(setting const&);
std::unique_ptr<policy> make_random(setting const&);

// Shares and turns.
std::unique_ptr<policy> make_round_robin(setting const&);
std::unique_ptr<policy> make_stride(setting const&);
std::unique_ptr<policy> make_eevdf(setting const&);
std::unique_ptr<policy> make_earliest_deadline(setting const&);

// Prices.
std::unique_ptr<policy> make_first_price(setting const&);
std::unique_ptr<policy> make_posted_price(setting const&);
std::unique_ptr<policy> make_vcg(setting const&);
std::unique_ptr<policy> make_gsp(setting const&);
std::unique_ptr<policy> make_proportional_share(setting const&);
std::unique_ptr<policy> make_karma(setting const&);

}  // namespace maxwell::simulator
