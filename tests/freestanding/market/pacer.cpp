// SPDX-License-Identifier: MIT

#include <maxwell/market/pacer.hpp>

namespace maxwell {

template class pacer<1>;
template class pacer<1024>;

constinit pacer<64> in_bss;

price use(pacer<4> const& p, price amount) { return paced(amount, p.factor_q16(3)); }

}  // namespace maxwell
