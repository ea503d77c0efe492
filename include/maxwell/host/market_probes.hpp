// SPDX-License-Identifier: MIT
//
// market_probes: USDT probes of a market's quantum, for bpftrace, perf and SystemTap.
//
//     next = m.decide(core, now_ns);   host::probe_decided(core, next);
//     paid = m.charge(core, used, mw); host::probe_charged(core, paid);
//
//     # bpftrace -e 'usdt:./scheduler:maxwell:decided { @[arg0, arg4] = count(); }'
//
//     probe     arguments
//     decided   core, agent, lane, payment, why no agent runs (0: one does)
//     charged   core, agent, units used, payment per unit
//
// A probe that is off costs one nop; a note in the ELF file says where its arguments are. Without <sys/sdt.h> (Debian:
// systemtap-sdt-dev) probes compile to nothing. market/ is kernel-safe and has no probes itself, so the host puts them beside
// its calls.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/market/decision.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>
#define MAXWELL_HAS_PROBES 1
#else
#define MAXWELL_HAS_PROBES 0
#endif

namespace maxwell::host {

/// Fires `decided`. Nothing without <sys/sdt.h>.
inline void probe_decided([[maybe_unused]] std::size_t core, [[maybe_unused]] decision const& d) noexcept {
#if MAXWELL_HAS_PROBES
    STAP_PROBE5(maxwell, decided, core, d.run ? d.run->winner.agent : 0, d.lane, d.run ? d.run->payment : 0,
                static_cast<std::uint32_t>(d.why));
#endif
}

/// Fires `charged` if something was. Nothing without <sys/sdt.h>.
inline void probe_charged([[maybe_unused]] std::size_t core,
                          [[maybe_unused]] std::optional<award> const& paid) noexcept {
#if MAXWELL_HAS_PROBES
    if (paid) STAP_PROBE4(maxwell, charged, core, paid->winner.agent, paid->winner.units, paid->payment);
#endif
}

}  // namespace maxwell::host
