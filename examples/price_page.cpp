// SPDX-License-Identifier: MIT
//
// Prices from one process to another: a writer that makes them every ten milliseconds until it is killed, and a scheduler that looks
// them up at each quantum, goes on when they stop, and ends at the safe ones.

#include <maxwell/host/shared_region.hpp>
#include <maxwell/thermal/coupling_table.hpp>
#include <maxwell/thermal/price_page.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>

namespace {

enum lane : std::size_t { feeding, ordinary, gpu, lanes };
using page_type = maxwell::price_page<lanes>;

/// The clock that both processes have agreed on: CLOCK_MONOTONIC.
std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                      std::chrono::nanoseconds(1));
}

/// Makes prices for five seconds, if nobody kills it; here for a GPU whose load rises by 8 % each ten milliseconds while the CPU's budget shrinks.
[[noreturn]] void write(page_type& page) {
    constexpr maxwell::multiplier_q16 unit = maxwell::unit_multiplier;
    for (maxwell::share_q16 round = 1; round <= 500; ++round) {
        const maxwell::share_q16 percent = round < 12 ? 8 * round : 96;
        const maxwell::share_q16 load = maxwell::whole_share / 100 * percent;
        const auto m = maxwell::couple(maxwell::scarcity<>, maxwell::scarcity<>,
                                       {.gpu_utilisation = load,
                                        .gpu_demand = load,
                                        .gpu_headroom = maxwell::whole_share / 2,
                                        .cpu_headroom = maxwell::whole_share - load});
        maxwell::price_schedule<lanes> next;
        next.begin(now_ns(), 100);  // 100 ticks per unit where the multiplier is 1
        next.set(feeding, m.feeding, unit);
        next.set(ordinary, m.cpu, 8 * unit);  // nobody watches the temperature any more? Then it is dear.
        next.set(gpu, m.gpu, 8 * unit);
        page.publish(next);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    _exit(0);
}

}  // namespace

int main() {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) return 1;
    const pid_t writer = fork();
    if (writer < 0) return 1;
    if (writer == 0) {
        // Memory that nobody can shorten, and that only its maker can write to: so it may be given to a guest.
        maxwell::region_error why;
        const auto region =
            maxwell::shared_region::create_anonymous<page_type>("prices", maxwell::sharing::read_only, why);
        const int mine = region ? region->descriptor() : -1;
        if (!region) std::printf("price_page: %s\n", why.what.c_str());
        if (::write(pipe_ends[1], &mine, sizeof(mine)) != sizeof(mine) || !region) _exit(1);
        write(*region->get<page_type>());
    }
    close(pipe_ends[1]);

    // The scheduler: another mapping, for reading only, of what the writer's descriptor stands for.
    int theirs = -1;
    if (read(pipe_ends[0], &theirs, sizeof(theirs)) != sizeof(theirs) || theirs < 0) return 1;
    const std::string path = "/proc/" + std::to_string(writer) + "/fd/" + std::to_string(theirs);
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    maxwell::region_error why;
    const auto mapped = maxwell::shared_region::open<page_type>(descriptor, maxwell::access::read_only, why);
    if (!mapped) {
        std::printf("price_page: %s\n", why.what.c_str());
        kill(writer, SIGKILL);
        return 1;
    }
    page_type const& page = *mapped->get<page_type const>();
    maxwell::price_schedule<lanes> mine;
    std::uint64_t version = 0;
    std::printf("   ms  version  feeding  ordinary  gpu     reserves in ticks per unit\n");
    for (int quantum = 0; quantum <= 240; ++quantum) {
        if (quantum == 150) {
            kill(writer, SIGKILL);
            waitpid(writer, nullptr, 0);
            std::printf("the writer is dead\n");
        }
        if (page.version() != version && page.read(mine) == maxwell::price_read::ok) version = page.version();
        if (quantum % 10 == 0) {
            const std::uint64_t t = now_ns();
            std::printf("%5d %8llu %8u %9u %4u\n", quantum, static_cast<unsigned long long>(version),
                        mine.reserve(feeding, t), mine.reserve(ordinary, t), mine.reserve(gpu, t));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const std::uint64_t t = now_ns();
    const bool safe =
        mine.reserve(feeding, t) == 100 && mine.reserve(ordinary, t) == 800 && mine.reserve(gpu, t) == 800;
    std::printf("safe prices are in force: %s\n", safe ? "yes" : "no");
    return version > 0 && safe ? 0 : 1;
}
