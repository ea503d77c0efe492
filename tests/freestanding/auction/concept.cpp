// SPDX-License-Identifier: MIT

#include <maxwell/auction/concept.hpp>

namespace maxwell {

bool same_traits(auction_traits const& a, auction_traits const& b) { return a == b; }
bool allowed(std::uint32_t slot) { return every_slot{}(slot); }

// A concept makes no code; this makes the compiler look at every part of it.
static_assert(!auction<int> && !selective_auction<int> && !multi_unit_auction<int>);

}  // namespace maxwell
