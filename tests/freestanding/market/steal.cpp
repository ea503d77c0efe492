// SPDX-License-Identifier: MIT

#include <maxwell/market/steal.hpp>

#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/market.hpp>

namespace maxwell {

using per_core = market<tournament_tree<1000>, 2>;

template std::optional<agent_id> steal(per_core&, per_core&, every_slot, std::uint32_t) noexcept;

}  // namespace maxwell
