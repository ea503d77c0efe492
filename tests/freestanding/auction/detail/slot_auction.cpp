// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/slot_auction.hpp>

// A base of containers: lazy_heap.cpp and its like instantiate it with each of them.
namespace maxwell {

struct no_container;
using base_of_nothing = detail::slot_auction<no_container, 7>;
static_assert(base_of_nothing::capacity() == 7);

}  // namespace maxwell
