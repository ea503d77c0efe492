// SPDX-License-Identifier: MIT

#include <maxwell/auction/detail/tier_book.hpp>

namespace maxwell::detail {

template class tier_book<1>;
template class tier_book<1000>;
template class tier_book<65535>;

constinit tier_book<1000> in_bss;

}  // namespace maxwell::detail
