// SPDX-License-Identifier: MIT
//
// Instructions and cache misses from the processor's own counters, where the kernel gives them.
//
// perf_event_open is refused in many containers and virtual machines; then available() is false, and the counts come from
// callgrind instead (callgrind.hpp).

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#if defined(__linux__)
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace maxwell::bench {

/// Counts of this thread in user mode.
class hardware_counters {
public:
    struct counts {
        std::uint64_t instructions = 0;
        std::uint64_t l1_misses = 0;
        std::uint64_t last_level_misses = 0;

        counts& operator+=(counts const& other) noexcept {
            instructions += other.instructions;
            l1_misses += other.l1_misses;
            last_level_misses += other.last_level_misses;
            return *this;
        }
    };

#if defined(__linux__)
    hardware_counters() {
        constexpr std::uint64_t l1_read_miss =
            PERF_COUNT_HW_CACHE_L1D | PERF_COUNT_HW_CACHE_OP_READ << 8 | PERF_COUNT_HW_CACHE_RESULT_MISS << 16;
        open(0, PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS);
        if (fd_[0] < 0) return;
        open(1, PERF_TYPE_HW_CACHE, l1_read_miss);
        open(2, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES);
    }
    ~hardware_counters() {
        for (const int fd : fd_) {
            if (fd >= 0) close(fd);
        }
    }
    hardware_counters(hardware_counters const&) = delete;
    hardware_counters& operator=(hardware_counters const&) = delete;

    bool available() const noexcept { return fd_[0] >= 0; }

    void start() noexcept {
        if (!available()) return;
        ioctl(fd_[0], PERF_EVENT_IOC_RESET, PERF_IOC_FLAG_GROUP);
        ioctl(fd_[0], PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP);
    }
    counts stop() noexcept {
        if (!available()) return {};
        ioctl(fd_[0], PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
        std::array<std::uint64_t, 3> value{};
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (fd_[i] < 0 || read(fd_[i], &value[i], sizeof value[i]) != sizeof value[i]) value[i] = 0;
        }
        return {value[0], value[1], value[2]};
    }

private:
    void open(std::size_t i, std::uint32_t type, std::uint64_t config) noexcept {
        perf_event_attr attr{};
        attr.type = type;
        attr.size = sizeof attr;
        attr.config = config;
        attr.disabled = i == 0;
        attr.exclude_kernel = 1;
        attr.exclude_hv = 1;
        fd_[i] = static_cast<int>(syscall(SYS_perf_event_open, &attr, 0, -1, i == 0 ? -1 : fd_[0], 0));
    }

    std::array<int, 3> fd_{-1, -1, -1};
#else
    bool available() const noexcept { return false; }
    void start() noexcept {}
    counts stop() noexcept { return {}; }
#endif
};

}  // namespace maxwell::bench
