// SPDX-License-Identifier: MIT

#include <maxwell/ring/roster.hpp>

using maxwell::agent_id;

template class maxwell::roster<1>;
template class maxwell::roster<1000>;

struct count_agents {
    void operator()(agent_id) const noexcept {}
};
template void maxwell::roster<1000>::for_each_live(count_agents) const noexcept;
