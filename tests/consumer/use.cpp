// SPDX-License-Identifier: MIT

#include <maxwell/maxwell.hpp>

static maxwell::stratified_buckets<64> cpu;

int main() {
    cpu.insert({maxwell::make_agent_id(3, 0), 100, 5000});
    cpu.insert({maxwell::make_agent_id(4, 0), 200, 5000});
    const auto award = cpu.extract_max();
    return award && award->winner.agent == maxwell::make_agent_id(4, 0) && award->payment <= 200 ? 0 : 1;
}
