// SPDX-License-Identifier: MIT

#include <maxwell/core/published.hpp>

namespace maxwell {

template class published<std::uint32_t>;

struct snapshot {
    std::uint64_t word[64];
};
template class published<snapshot, 2>;

bool read_first(published<snapshot, 2>& board, std::uint64_t& out) {
    return board.read([&out](snapshot const& s) noexcept { out = s.word[0]; });
}

}  // namespace maxwell
