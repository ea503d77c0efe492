// SPDX-License-Identifier: MIT

#include <maxwell/market/take_together.hpp>
#include <maxwell/ring/bid_board.hpp>

template std::size_t maxwell::take_together(maxwell::bid_board<8>&, std::size_t, maxwell::ignore_bids,
                                            maxwell::ignore_bids, maxwell::ignore_bids) noexcept;
