// SPDX-License-Identifier: MIT

#include <maxwell/auction/clearing.hpp>

#include <maxwell/auction/stratified_buckets.hpp>

namespace maxwell {

using container = stratified_buckets<1000>;

template quantum_result quantum(container&, bid) noexcept;
template quantum_result quantum(container&, bid, price) noexcept;
template std::size_t extract_top(container&, view<award>) noexcept;

bool interrupts(bid const& running, bid const& candidate, price bonus) { return preempts(running, candidate, bonus); }

}  // namespace maxwell
