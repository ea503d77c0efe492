// SPDX-License-Identifier: MIT
//
// Sixteen cores, forty tasks that bid for them, and a die that can't take more than half of them for long: who runs is the
// auction's, how many run is the controller's. After 30 seconds the fan fails.
//
// The machine is simulated; a scheduler has a real one in place of `die` and `eye`.

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/sim/plant.hpp>
#include <maxwell/thermal/controller.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

constexpr std::uint32_t tasks = 40;
constexpr std::uint32_t cores = 16;
constexpr std::uint32_t core_mw = 12'500;  // measured by the host, never declared by the task
constexpr std::uint32_t idle_mw = 40'000;

constinit maxwell::stratified_buckets<tasks> market;

maxwell::bid bid_of(std::uint32_t task) { return {maxwell::make_agent_id(task, 0), 1'000 - 20 * task, 1}; }

}  // namespace

int main() {
    // What ./run identify has found, and what the machine burns at least and at most.
    maxwell::controller_settings<3> settings{{{30'000, 2'000}, {120'000, 1'000'000}, {200'000, 22'900'000}}};
    settings.idle_mw = idle_mw;
    settings.max_mw = idle_mw + cores * core_mw;
    auto control = maxwell::controller<3, 128>::create(settings);
    if (!control) return std::printf("%s\n", sentence(control.fault)), 1;

    maxwell::sim::plant die(maxwell::sim::server_machine(), .001);
    maxwell::sim::sensor eye({}, 1);
    std::vector<maxwell::power_bid> bids;
    for (std::uint32_t task = 0; task < tasks; ++task) {
        market.insert(bid_of(task));
        bids.push_back({bid_of(task).amount, core_mw});
    }

    double hottest = 0;
    std::vector<maxwell::bid> running;
    for (int quantum = 1; quantum <= 60'000; ++quantum) {  // of a millisecond
        running.clear();
        while (running.size() < cores && control->admit(core_mw)) running.push_back(market.extract_max()->winner);
        const auto burnt_mw = idle_mw + static_cast<std::uint32_t>(running.size()) * core_mw;
        if (quantum == 30'000) die.scale(2, 1.6, 1);  // the fan
        die.step(burnt_mw / 1000.);
        for (maxwell::bid const& b : running) market.insert(b);  // each wants to run on

        if (control->step(burnt_mw)) control->reprice(bids);
        if (const auto reading_mc = eye.measure(die.temperature())) control->observe(*reading_mc, 100);
        hottest = hottest < die.temperature() ? die.temperature() : hottest;
        if (quantum % 5'000 == 0) {
            std::printf("%2d s   %5.2f C (thought %5.2f)   %3u W of %3u W   price %u\n", quantum / 1'000,
                        die.temperature(), maxwell::milli_from_q32(control->observer().temperature()) / 1000.,
                        burnt_mw / 1'000, control->cap_mw() / 1'000, control->current_price());
        }
    }
    std::printf("never above the limit of 88 degrees: %s\n", hottest < 88 ? "yes" : "no");
}
