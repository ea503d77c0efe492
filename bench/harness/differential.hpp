// SPDX-License-Identifier: MIT
//
// The differential test: every structure against a linear scan, before its time is believed.
//
// Random bids, withdrawals, reserves and decisions go to both. The winner must be a best bid, as the agent last made it, and
// the very one where the structure says that it keeps arrival order. The payment must be the best other bid's, or the critical
// price where the structure says so. After an extraction both go on without that winner. Samplers have two tests of their
// own: lotteries their law (lottery_law.hpp), ours their reference models under the same draws.

#pragma once

#include "harness/subject.hpp"
#include "peers/amount_order.hpp"
#include "peers/peer.hpp"

#include <string>

namespace maxwell::bench {

/// What a structure's decisions are compared with.
struct reference_order {
    amount_order const& order;
    int operations;  ///< for which that order holds; boundaries that adapt move after some
};

/// The whole test of a structure, given empty with 10 slots and with 1,000. Where it returns false, `why` is the reason.
bool passes_differential(structure_info const& info, reference_order const& reference, subject& of_10, subject& of_1000,
                         std::string& why);

}  // namespace maxwell::bench
