// SPDX-License-Identifier: MIT
//
// feeding_watch: which agents feed the accelerator, by what they do. A launch counts when it starts work that the accelerator's auction has
// sold; a kernel that does nothing doesn't count.
//
//                    4 own quanta in a row with a launch
//     ordinary ───────────────────────────────────────────▶ feeding
//        ▲                                                     │
//        └───────── 2 own quanta in a row without one ─────────┘   and each time 8 times as many are asked for on the way back
//
// Only quanta in which the agent ran count, so waiting for work or for a core changes nothing. An agent that pretends computes in the feeding
// lane for 2 quanta, after 4 in which it really fed, then 32, 256, 2,048.
//
//     operation   cost
//     ran         O(1)

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace maxwell::dual {

template <std::size_t Agents>
class feeding_watch {
public:
    static constexpr std::uint32_t enter_after = 4;  ///< own quanta with a launch
    static constexpr std::uint32_t leave_after = 2;  ///< own quanta without one
    static constexpr std::uint32_t max_strikes = 4;

    /// `agent`, below Agents, ran for a quantum and started `launches` pieces of sold work. Returns whether it has changed sides.
    bool ran(std::size_t agent, std::uint32_t launches) {
        state& s = agents_[agent];
        s.streak = (launches != 0) == s.feeding ? 0 : s.streak + 1;
        const std::uint32_t needed = s.feeding ? leave_after : enter_after << 3 * s.strikes;
        if (s.streak < needed) return false;
        if (s.feeding && s.strikes < max_strikes) ++s.strikes;
        s.feeding = !s.feeding;
        s.streak = 0;
        return true;
    }

    bool feeds(std::size_t agent) const { return agents_[agent].feeding; }

private:
    struct state {
        std::uint32_t streak = 0;  ///< own quanta in a row that speak for the other side
        std::uint32_t strikes = 0;
        bool feeding = false;
    };
    std::array<state, Agents> agents_{};
};

}  // namespace maxwell::dual
