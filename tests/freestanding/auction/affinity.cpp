// SPDX-License-Identifier: MIT

#include <maxwell/auction/affinity.hpp>

namespace maxwell {

bool is_candidate(std::uint32_t c) noexcept { return c != 0; }
std::uint32_t next_candidate(std::uint32_t c) noexcept { return c - 1; }

template detail::chosen_pair<std::uint32_t> detail::choose(std::uint32_t, bool (*)(std::uint32_t) noexcept,
                                                           std::uint32_t (*)(std::uint32_t) noexcept,
                                                           bool (*)(std::uint32_t) noexcept, std::uint32_t) noexcept;

}  // namespace maxwell
