// SPDX-License-Identifier: MIT
//
// Agents that want one slot and can wait: what another value, a later arrival or an earlier departure gains them, when they pay what
// deferred_payment says, or (known to fail) the critical price of the slot that they won.

#pragma once

#include "support/dice.hpp"
#include "support/patient_market.hpp"

#include <maxwell/market/deferred_payment.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace maxwell::test {

/// What agent `mine` gains by the report `as`, in halves of a tick, if its value is `value` halves.
inline int utility_of_report(patient_market m, std::size_t mine, patient_agent as, int value, bool deferred) {
    m.agents[mine] = as;
    deferred_payment<10, 8> payments;
    const auto served = run_patient_market(m, payments, 0);
    if (!served[mine]) return 0;
    return value - 2 * static_cast<int>(deferred ? served[mine]->due : served[mine]->slot_price);
}

struct patient_gains {
    std::uint64_t agents = 0;
    std::uint64_t reports = 0;
    std::uint64_t gain = 0;  ///< agents that some report leaves better off
    int worst = 0;           ///< in halves of a tick
    patient_market example;  ///< of the worst, with agent `mine` and its report
    std::size_t mine = 0;
    patient_agent report{};
};

/// All reports of up to 5 agents in each of so many markets.
inline patient_gains search_patient_reports(std::size_t markets, bool deferred) {
    dice any(11);
    patient_gains found;
    for (std::size_t n = 0; n < markets; ++n) {
        patient_market m = draw_patient_market(any, n % 2 != 0);
        if (m.agents.size() > 5) m.agents.resize(5);
        for (std::size_t i = 0; i < m.agents.size(); ++i) {
            const patient_agent truth = m.agents[i];
            const int value = 2 * static_cast<int>(truth.amount) + static_cast<int>(any.below(2));
            const int honest = utility_of_report(m, i, truth, value, deferred);
            int best = 0;
            for (std::uint32_t arrival = truth.arrival; arrival <= truth.departure; ++arrival) {
                for (std::uint32_t departure = arrival; departure <= truth.departure; ++departure) {
                    for (price amount = 0; amount < 15; ++amount) {
                        const patient_agent as{arrival, departure, amount};
                        const int gain = utility_of_report(m, i, as, value, deferred) - honest;
                        ++found.reports;
                        best = std::max(best, gain);
                        if (gain <= found.worst) continue;
                        found.worst = gain;
                        found.example = m;
                        found.mine = i;
                        found.report = as;
                    }
                }
            }
            ++found.agents;
            found.gain += best > 0 ? 1 : 0;
        }
    }
    return found;
}

}  // namespace maxwell::test
