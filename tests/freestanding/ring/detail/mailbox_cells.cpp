// SPDX-License-Identifier: MIT

#include <maxwell/ring/detail/mailbox_cells.hpp>

template class maxwell::mailbox_cells<256>;
template class maxwell::mailbox_cells<4>;
template class maxwell::mailbox_writer<256>;
template class maxwell::mailbox_writer<4>;
