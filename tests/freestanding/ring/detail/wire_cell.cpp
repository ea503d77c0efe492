// SPDX-License-Identifier: MIT

#include <maxwell/ring/detail/wire_cell.hpp>

namespace maxwell {

template <class Cell>
bool use(Cell& cell, typename Cell::lap lap, maxwell_wire_bid& bid) {
    return cell.commit(lap, bid) || cell.read(lap, bid) == cell_state::bid || cell.abandon(lap);
}
template bool use(whole_cell&, whole_cell::lap, maxwell_wire_bid&);
template bool use(halved_cell&, halved_cell::lap, maxwell_wire_bid&);

}  // namespace maxwell
