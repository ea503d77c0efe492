// SPDX-License-Identifier: MIT

#include <maxwell/ring/bid_source.hpp>

namespace maxwell {

void ignore(bid const& b) { ignore_bids{}(b); }

// A concept makes no code; this makes the compiler look at every part of it.
static_assert(!bid_source<int>);

}  // namespace maxwell
