// SPDX-License-Identifier: MIT

#include <maxwell/market/deferred_payment.hpp>

namespace maxwell {

template class deferred_payment<1, 2>;
template class deferred_payment<1024, 2048>;

constinit deferred_payment<64, 64> in_bss;

}  // namespace maxwell
