// SPDX-License-Identifier: MIT

#include <maxwell/core/keyed_hash.hpp>

namespace maxwell {

template std::uint64_t keyed_hash<1, 3>(hash_key, std::uint64_t, std::uint64_t) noexcept;
template std::uint64_t keyed_hash<2, 4>(hash_key, std::uint64_t, std::uint64_t) noexcept;

}  // namespace maxwell
