// SPDX-License-Identifier: MIT

#include <maxwell/ring/mailbox.hpp>

using maxwell::ignore_bids;
using maxwell::mailbox;
using maxwell::mailbox_cells;
using maxwell::mailbox_reader;

template class maxwell::mailbox_reader<256>;
template class maxwell::mailbox_reader<4, 2>;
template class maxwell::mailbox<256>;

template std::size_t mailbox_reader<256>::drain(mailbox_cells<256> const&, ignore_bids&&, std::size_t) noexcept;
template std::size_t mailbox<256>::drain(ignore_bids&, std::size_t) noexcept;
