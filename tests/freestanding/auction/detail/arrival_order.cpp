// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/arrival_order.hpp>

namespace maxwell {

using renumbered = void (*)(std::uint32_t, std::uint32_t) noexcept;
using asked = bool (*)(std::uint32_t) noexcept;
using ticket_of = std::uint32_t (*)(std::uint32_t) noexcept;

template class detail::arrival_order<1>;
template class detail::arrival_order<16384>;
template void detail::arrival_order<16384>::sweep(renumbered, asked) noexcept;
template bool detail::arrival_order<16384>::check_invariants(std::size_t, ticket_of) const noexcept;

}  // namespace maxwell
