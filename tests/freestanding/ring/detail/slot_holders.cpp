// SPDX-License-Identifier: MIT

#include <maxwell/ring/detail/slot_holders.hpp>

namespace maxwell {

template class slot_holders<1000>;

}  // namespace maxwell
