// SPDX-License-Identifier: MIT

#include <maxwell/thermal/energy_budget.hpp>

namespace maxwell {

constinit energy_budget in_bss;

std::uint32_t quantum(energy_budget& b, std::uint32_t mw) {
    b.open(mw);
    b.debit(1);
    const std::uint32_t burnt = b.admit(mw) ? mw : 0;
    b.next_quantum(burnt);
    return b.allowance_mw();
}

}  // namespace maxwell
