// SPDX-License-Identifier: MIT

#include <maxwell/market/ledger.hpp>

namespace maxwell {

template class ledger<1>;
template class ledger<1024>;

constinit ledger<64> in_bss;

price use(free_of_charge& none, bid const& offer) {
    none.debit(0, offer.units, offer.amount);
    return none.backed(0, offer, 1);
}

}  // namespace maxwell
