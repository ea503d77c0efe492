// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/exact_book.hpp>

namespace maxwell {

using renamed = void (*)(std::uint32_t, std::uint32_t) noexcept;
using asked = bool (*)(std::uint32_t) noexcept;
using key_of = std::uint64_t (*)(std::uint32_t) noexcept;

template class detail::exact_book<1>;
template class detail::exact_book<1000>;
template void detail::exact_book<1000>::renumber(renamed, asked) noexcept;
template bool detail::exact_book<1000>::check_invariants(key_of) const noexcept;

}  // namespace maxwell
