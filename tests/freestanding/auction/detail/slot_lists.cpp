// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/slot_lists.hpp>

namespace maxwell::detail {

template class slot_lists<1>;
template class slot_lists<1000>;
template class slot_lists<65535>;

using visitor = bool (*)(std::uint32_t) noexcept;
template bool slot_lists<1000>::visits_all(link, std::size_t, visitor) const noexcept;

constinit slot_lists<1000> in_bss;

}  // namespace maxwell::detail
