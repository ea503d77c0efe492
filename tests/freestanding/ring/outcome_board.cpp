// SPDX-License-Identifier: MIT

#include <maxwell/ring/outcome_board.hpp>

template class maxwell::outcome_board<1>;
template class maxwell::outcome_board<1000>;
