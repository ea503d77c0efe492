// SPDX-License-Identifier: MIT

#include <maxwell/ring/agent_ring.hpp>

namespace maxwell {

template class agent_ring<4096>;
template class agent_ring<7, 4096>;
template std::size_t agent_ring<4096>::drain(ignore_bids&, std::size_t) noexcept;

}  // namespace maxwell
