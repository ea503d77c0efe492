// SPDX-License-Identifier: MIT
//
// The one file in C++ of a scheduler in C: which market it is.

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/host/c_market.hpp>
#include <maxwell/market/ledger.hpp>

MAXWELL_C_MARKET_DEFINE(cpu, maxwell::market<maxwell::stratified_buckets<1000>, 2, maxwell::ledger<1000>>);

/// The loop of scheduler.c's measure() without C in between, to see what the border costs.
extern "C" unsigned cpu_quanta_in_cpp(cpu* m, void* outcomes, unsigned count, uint64_t now_ns) {
    unsigned awarded = 0;
    for (unsigned i = 0; i < count; ++i) {
        maxwell_award award{};
        m->is.charge(outcomes, 0, 500, 0, award);
        awarded += m->is.decide(0, now_ns += 100'000, award) == maxwell_runs ? 1u : 0u;
    }
    return awarded;
}
