// SPDX-License-Identifier: MIT

#include <maxwell/core/bid.hpp>

namespace maxwell {

// What is inline is emitted only when somebody calls it.
agent_id same_agent(agent_id id) { return make_agent_id(slot_of(id), generation_of(id)); }
bool same_bid(bid const& a, bid const& b) { return a == b; }
bool same_award(award const& a, award const& b) { return a == b; }

}  // namespace maxwell
