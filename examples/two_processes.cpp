// SPDX-License-Identifier: MIT
//
// Two processes: a host that sells processor time, and agents that bid for it from processes of their own. One of them is
// killed in the middle of its bidding; the host notices, gives its slot to another process, and goes on.
//
//     host ── memory for bids (sealed; agents write) ──────────▶ agent     no calls between them once it runs:
//          ── memory for outcomes (agents can only read) ──────▶           what an agent wants to know, it reads
//
// Both pieces of memory have no name; the agents inherit their descriptors. A virtual machine would map the same memory as a
// device (docs/bids.md).

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/core/agent_registry.hpp>
#include <maxwell/host/shared_region.hpp>
#include <maxwell/host/wakeup.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/outcome_board.hpp>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

extern char** environ;

namespace {

using namespace std::chrono_literals;
using maxwell::agent_id;
using maxwell::status;

constexpr std::size_t slots = 16;

/// What agents write: their cells, and a bell for a host that sleeps.
struct agents_area {
    maxwell::bid_cells<slots> cells;
    maxwell::wakeup bell;
};
using outcomes = maxwell::outcome_board<slots>;

}  // namespace

template <>
inline constexpr maxwell::region_layout maxwell::layout_of<agents_area>{MAXWELL_REGION_USER, 1, slots,
                                                                        sizeof(agents_area)};

namespace {

// --- the agent ---------------------------------------------------------------------------------------------------------

/// Bids anew all the time, until its slot is taken away from it; then says what it has won.
int agent(int area_descriptor, int outcomes_descriptor, agent_id self) {
    maxwell::region_error why;
    const auto area = maxwell::shared_region::open<agents_area>(area_descriptor, maxwell::access::read_write, why);
    if (!area) return std::fprintf(stderr, "agent: %s\n", why.what.c_str()), 1;
    const auto results = maxwell::shared_region::open<outcomes>(outcomes_descriptor, maxwell::access::read_only, why);
    if (!results) return std::fprintf(stderr, "agent: %s\n", why.what.c_str()), 1;

    maxwell::outcome won{};
    for (std::uint32_t worth = 100 + maxwell::slot_of(self);; worth = worth * 37 % 1009 + 100) {
        if (area->get<agents_area>()->cells.submit({self, worth, 500}) != status::ok) break;
        area->get<agents_area>()->bell.notify();
        if (const auto seen = results->get<outcomes const>()->read(self)) won = *seen;
        if (won.awards % 10 == 9) std::this_thread::sleep_for(20us);  // it has something to do now and then
    }
    std::printf("agent in slot %u: the host has taken my slot; I won %llu slices and paid %llu ticks for them\n",
                maxwell::slot_of(self), static_cast<unsigned long long>(won.awards),
                static_cast<unsigned long long>(won.payments));
    return 0;
}

// --- the host ----------------------------------------------------------------------------------------------------------

class host {
public:
    host(maxwell::shared_region area, maxwell::shared_region results)
        : area_(std::move(area)), results_(std::move(results)) {
        market_.update_price(64);
    }

    /// Admits an agent and starts its process; its id.
    std::optional<agent_id> start() {
        const std::optional<agent_id> id = registry_.acquire();
        if (!id || reader_.admit(cells(), *id) != status::ok || board().begin(*id) != status::ok) return std::nullopt;
        std::string words[] = {"two_processes", "agent", inherited(area_), inherited(results_), std::to_string(*id)};
        char* arguments[6] = {};
        for (std::size_t i = 0; i < 5; ++i) arguments[i] = words[i].data();
        pid_t pid = 0;
        if (::posix_spawn(&pid, "/proc/self/exe", nullptr, nullptr, arguments, environ) != 0) return std::nullopt;
        process_[maxwell::slot_of(*id)] = pid;
        return id;
    }

    /// Sells slices until the agent has won so many; false if that takes too long.
    bool run_until(agent_id id, std::uint64_t awards) {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (board().read(id)->awards < awards) {
            if (std::chrono::steady_clock::now() > end) return false;
            // A bid may wait a millisecond if its agent has died before it could ring, no longer.
            area_.get<agents_area>()->bell.wait([this] { return reader_.pending(cells()); }, 1ms);
            reader_.drain(
                cells(), [this](maxwell::bid const& b) { market_.insert(b); }, slots);
            if (const auto won = market_.extract_max()) board().post(*won);
        }
        return true;
    }

    /// Kills the process of an agent, wherever it is.
    void kill(agent_id id) { ::kill(process_[maxwell::slot_of(id)], SIGKILL); }

    /// An agent's process has ended, or shall end: whatever comes from it now is stale. How it ended.
    int retire(agent_id id) {
        market_.retire(id);
        reader_.retire(cells(), id);
        registry_.release(id);
        int result = 0;
        ::waitpid(process_[maxwell::slot_of(id)], &result, 0);
        return result;
    }

    maxwell::bid_cells<slots>& cells() { return area_.get<agents_area>()->cells; }
    outcomes& board() { return *results_.get<outcomes>(); }
    std::uint64_t anomalies() const { return reader_.anomalies(); }

private:
    /// A copy of the descriptor that a child inherits; it ends with this process.
    static std::string inherited(maxwell::shared_region const& region) {
        return std::to_string(::fcntl(region.descriptor(), F_DUPFD, 0));
    }

    maxwell::shared_region area_;
    maxwell::shared_region results_;
    maxwell::agent_registry<slots> registry_;
    maxwell::board_reader<slots> reader_;
    maxwell::stratified_buckets<slots> market_;
    pid_t process_[slots] = {};
};

int sell() {
    maxwell::region_error why;
    auto area = maxwell::shared_region::create_anonymous<agents_area>("bids", maxwell::sharing::read_write, why);
    if (!area) return std::fprintf(stderr, "%s\n", why.what.c_str()), 1;
    auto results = maxwell::shared_region::create_anonymous<outcomes>("outcomes", maxwell::sharing::read_only, why);
    if (!results) return std::fprintf(stderr, "%s\n", why.what.c_str()), 1;
    host market(std::move(*area), std::move(*results));

    const auto survivor = market.start();
    const auto victim = market.start();
    if (!survivor || !victim) return std::fprintf(stderr, "no process can be started\n"), 1;
    if (!market.run_until(*victim, 200)) return std::fprintf(stderr, "nobody bids\n"), 1;

    market.kill(*victim);
    const std::uint64_t before = market.board().read(*survivor)->awards;
    if (!market.run_until(*survivor, before + 200)) return std::fprintf(stderr, "the host has stopped\n"), 1;
    const int end = market.retire(*victim);
    std::printf("host: an agent was killed by signal %d; the other one has won 200 slices since\n", WTERMSIG(end));

    const auto successor = market.start();
    const bool same_slot = successor && maxwell::slot_of(*successor) == maxwell::slot_of(*victim);
    if (!same_slot || !market.run_until(*successor, 200)) return std::fprintf(stderr, "no successor bids\n"), 1;
    const bool stale = market.cells().submit({*victim, 1'000'000, 500}) == status::stale_agent;
    std::printf("host: its slot has a new agent; a late bid of the dead one is stale: %s\n", stale ? "yes" : "no");

    const bool ended = market.retire(*survivor) == 0 && market.retire(*successor) == 0;
    std::printf("host: anomalies: %llu\n", static_cast<unsigned long long>(market.anomalies()));
    return ended && stale ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 1) return sell();
    if (argc == 5 && std::string(argv[1]) == "agent") {
        return agent(std::atoi(argv[2]), std::atoi(argv[3]), std::strtoull(argv[4], nullptr, 10));
    }
    std::fprintf(stderr, "usage: two_processes\n");
    return 2;
}
