// SPDX-License-Identifier: MIT

#include <maxwell/ring/bid_board.hpp>

using maxwell::bid_board;
using maxwell::bid_cells;
using maxwell::board_reader;
using maxwell::ignore_bids;

template class maxwell::board_reader<1>;
template class maxwell::board_reader<1000>;
template class maxwell::board_reader<16'384>;
template class maxwell::bid_board<1>;
template class maxwell::bid_board<1000>;
template class maxwell::bid_board<16'384>;

template std::size_t board_reader<1>::drain(bid_cells<1>&, ignore_bids&&, std::size_t) noexcept;
template std::size_t board_reader<16'384>::drain(bid_cells<16'384>&, ignore_bids&, std::size_t) noexcept;
template std::size_t bid_board<1>::drain(ignore_bids&&, std::size_t) noexcept;
template std::size_t bid_board<1000>::drain(ignore_bids&, std::size_t) noexcept;
