// SPDX-License-Identifier: MIT
//
// What a peer says of itself, and the table of agents that most of them share.
//
// A peer is a structure that schedulers use or could use instead of Maxwell's containers, made into an auction with as
// little as possible around it. All of them do the same work: one bid per agent, replaced by the next; withdrawal; a
// reserve; and a payment that comes from the best other bid. What a peer does beyond that stands in its `info`.
//
//     explicit P(capacity)          slots in [0, capacity)
//     insert(bid), expire(id)       -> status
//     update_price(price)           the reserve
//     top(), extract_max()          -> optional<award>
//     size()

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace maxwell::bench {

enum class origin : std::uint8_t {
    maxwell,      ///< a container of this library
    third_party,  ///< a structure of the standard library, of Boost or of Abseil
    own,          ///< written here, after a published idea
    harness,      ///< does nothing: what the measuring itself costs
    variant,      ///< of tournament_tree, to show what one part of it costs: has tables of its own
};

/// What a structure promises; the differential test holds it to this, and the report shows it.
struct structure_info {
    std::string_view name;
    std::string_view about;  ///< half a sentence for the report
    origin from;
    fidelity order;          ///< exact or tier
    bool keeps_fifo;         ///< equal bids win in the order of their arrival
    bool keeps_generations;  ///< a late bid of a departed agent is refused
    bool critical_payment;   ///< the winner pays a tick more where it arrived after the best other bid
    bool linear = false;     ///< a decision takes O(N) or more, so fewer operations are measured
};

/// The payment of a peer without critical payments: the plain second price, and never below the reserve.
inline std::optional<award> second_price(bid const& winner, std::optional<price> best_other, price reserve) noexcept {
    return award{winner, best_other ? std::max(*best_other, reserve) : reserve};
}

}  // namespace maxwell::bench
