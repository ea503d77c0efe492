// SPDX-License-Identifier: MIT
//
// A scheduler's step with probes, as market_probes.hpp says; CONTROL: a probe whose argument has to be chosen first.

#include <maxwell/host/market_probes.hpp>

#include <cstdint>
#include <optional>

namespace maxwell::test {

std::optional<award> charge(std::uint64_t used);
decision decide(std::uint64_t now_ns);
void run(agent_id agent);
void rest(quiet why);
void post(award const& paid);

void step(std::uint64_t used, std::uint64_t now_ns) {
    if (const auto paid = charge(used)) {
        host::probe_charged(0, *paid);
        post(*paid);
    }
    const decision next = decide(now_ns);
#if defined(CONTROL) && MAXWELL_HAS_PROBES
    STAP_PROBE1(maxwell, control, next.run ? next.run->winner.agent : 0);
#endif
    if (next.run) {
        host::probe_decided(0, next);
        run(next.run->winner.agent);
    } else {
        host::probe_unsold(0, next);
        rest(next.why);
    }
}

}  // namespace maxwell::test
