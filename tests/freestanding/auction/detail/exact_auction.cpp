// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/exact_auction.hpp>

// A base of containers: lazy_heap.cpp and tournament_tree.cpp instantiate it with themselves.
namespace maxwell {

struct no_container;
using base_of_nothing = detail::exact_auction<no_container, 7>;
static_assert(base_of_nothing::capacity() == 7 && base_of_nothing::traits.winner == fidelity::exact);

}  // namespace maxwell
