// SPDX-License-Identifier: MIT
//
// market_probes: USDT probes of a market's quantum, for bpftrace, perf and SystemTap.
//
//     if (auto paid = m.charge(core, used, mw)) host::probe_charged(core, *paid);
//     next = m.decide(core, now_ns);
//     next.run ? host::probe_decided(core, next) : host::probe_unsold(core, next);
//
//     # bpftrace -e 'usdt:./scheduler:maxwell:decided { @[arg0, arg1] = count(); }'
//
//     probe     arguments
//     decided   core, agent, lane, payment per unit
//     unsold    core, why no agent runs (decision.hpp)
//     charged   core, agent, units used, payment per unit
//
// Put a probe into the branch that the scheduler takes anyway. There, off, it costs one nop: a note in the ELF file says in which
// register or memory its arguments are. That is so with g++; clang++ loads each argument into a register first. Without <sys/sdt.h>
// (Debian: systemtap-sdt-dev), or with MAXWELL_NO_PROBES, probes compile to nothing. market/ is kernel-safe and has no probes itself, so
// the host puts them beside its calls.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/market/decision.hpp>

#include <cstddef>
#include <cstdint>

#if __has_include(<sys/sdt.h>) && !defined(MAXWELL_NO_PROBES)
#include <sys/sdt.h>
#define MAXWELL_HAS_PROBES 1
#else
#define MAXWELL_HAS_PROBES 0
#endif

namespace maxwell::host {

/// Fires `decided`. An agent runs: `d.run` holds its award.
inline void probe_decided([[maybe_unused]] std::size_t core, [[maybe_unused]] decision const& d) noexcept {
#if MAXWELL_HAS_PROBES
    STAP_PROBE4(maxwell, decided, core, d.run->winner.agent, d.lane, d.run->payment);
#endif
}

/// Fires `unsold`. No agent runs.
inline void probe_unsold([[maybe_unused]] std::size_t core, [[maybe_unused]] decision const& d) noexcept {
#if MAXWELL_HAS_PROBES
    STAP_PROBE2(maxwell, unsold, core, static_cast<std::uint8_t>(d.why));
#endif
}

/// Fires `charged`.
inline void probe_charged([[maybe_unused]] std::size_t core, [[maybe_unused]] award const& paid) noexcept {
#if MAXWELL_HAS_PROBES
    STAP_PROBE4(maxwell, charged, core, paid.winner.agent, paid.winner.units, paid.payment);
#endif
}

}  // namespace maxwell::host
