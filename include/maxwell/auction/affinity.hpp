// SPDX-License-Identifier: MIT
//
// choose: the rule of extract_max_if, written once for all containers.
//
// Candidates come best first. The first allowed one among the best `probes` wins. A higher amount never loses where a lower one
// wins, so the winner has a critical price: it has to outrank the next allowed bid or, if there is none among the candidates,
// the bid that would push it out of the first `probes`, allowed or not.
//
//     probes = 3     candidates   x   x   W   o ...     x: not allowed; W wins, and has to outrank o, which is third of
//                                                       the others: below it, W would be the fourth to be looked at
//                    candidates   x   W   y ...         y is allowed: W has to outrank it
//
// At most `probes` calls of `allowed`.

#pragma once

#include <maxwell/core/cxx20.hpp>

#include <cstdint>  // uint32_t

namespace maxwell::detail {

/// A candidate that wins and the one that it has to outrank; Candidate{} if there is none.
template <class Candidate>
struct chosen_pair {
    Candidate winner;
    Candidate rival;
};

/// `eligible(c)`: is c a candidate? `next(c)`: the one after it. `allowed(c)`: may it win?
template <class Candidate, class Eligible, class Next, class Allowed>
constexpr chosen_pair<Candidate> choose(Candidate best, Eligible eligible, Next next, Allowed allowed,
                                        std::uint32_t probes) noexcept {
    chosen_pair<Candidate> chosen{};
    std::uint32_t others = 0;
    for (Candidate c = best; eligible(c) && others < probes; c = next(c)) {
        const bool have_winner = chosen.winner != Candidate{};
        if (have_winner && (others + 1 == probes || allowed(c))) {
            chosen.rival = c;
            break;
        }
        if (!have_winner && allowed(c)) {
            chosen.winner = c;
        } else {
            ++others;
        }
    }
    return chosen;
}

}  // namespace maxwell::detail
