// SPDX-License-Identifier: MIT

#include <maxwell/ring/mpsc_ring.hpp>

namespace maxwell {

using ring = mpsc_ring<4096>;
using ring_of_halves = mpsc_ring<7, 100, 3, 1, halved_cell>;

template class mpsc_ring<4096>;
template class mpsc_ring<7, 100, 3, 1, halved_cell>;

template std::size_t ring::drain(ignore_bids&, std::size_t) noexcept;
template std::size_t ring_of_halves::drain(ignore_bids&, std::size_t) noexcept;

}  // namespace maxwell
