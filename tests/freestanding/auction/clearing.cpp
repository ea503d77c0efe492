// SPDX-License-Identifier: MIT

#include <maxwell/auction/clearing.hpp>

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>

namespace maxwell {

using container = stratified_buckets<1000>;

template quantum_result quantum(container&, bid) noexcept;
template quantum_result quantum(container&, bid, price) noexcept;
template std::size_t extract_top(container&, view<award>) noexcept;
template selected extract_allowed(container&, every_slot, std::uint32_t) noexcept;
template std::optional<award> extract_from_groups(tournament_tree<64, 4>&, std::size_t, std::size_t) noexcept;

bool interrupts(bid const& running, bid const& candidate, price bonus) { return preempts(running, candidate, bonus); }

}  // namespace maxwell
