// SPDX-License-Identifier: MIT

#include <maxwell/ring/sharded_ring.hpp>

#include <maxwell/ring/agent_ring.hpp>
#include <maxwell/ring/spsc_ring.hpp>

namespace maxwell {

using untrusted = sharded_ring<agent_ring<64, 4096>, 7>;
using trusted = sharded_ring<spsc_ring<bid, 64>, 8>;

template class sharded_ring<agent_ring<64, 4096>, 7>;
template class sharded_ring<spsc_ring<bid, 64>, 8>;
template std::size_t untrusted::drain(ignore_bids&, std::size_t) noexcept;
template std::size_t trusted::drain(ignore_bids&, std::size_t) noexcept;

}  // namespace maxwell
