// SPDX-License-Identifier: MIT

#include <maxwell/ring/spsc_ring.hpp>

namespace maxwell {

struct odd {
    unsigned char bytes[11];
};

template class spsc_ring<bid, 4096>;
template class spsc_ring<odd, 7, 4096>;

template std::size_t spsc_ring<bid, 4096>::drain(ignore_bids&&, std::size_t) noexcept;
template std::size_t spsc_ring<bid, 4096>::drain(ignore_bids&, std::size_t) noexcept;

}  // namespace maxwell
