// SPDX-License-Identifier: MIT
//
// progress: how far a step is and how long the rest will take, on stderr; silent in the first second.

#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#if defined(__unix__)
#include <unistd.h>
#endif

namespace maxwell::bench {

/// One line that is written over on a terminal; elsewhere a line per tenth.
class progress {
public:
    progress(std::string what, std::size_t total) : what_(std::move(what)), total_(total) {}
    ~progress() {
        if (tty_) fmt::print(stderr, "\r\033[K");
    }
    progress(progress const&) = delete;
    progress& operator=(progress const&) = delete;

    void at(std::size_t done, std::string_view detail = {}) {
        const auto now = clock::now();
        const std::chrono::duration<double> elapsed = now - start_;
        if (elapsed.count() < 1 || total_ == 0) return;
        const double share = static_cast<double>(std::min(done, total_)) / static_cast<double>(total_);
        const double left = done == 0 ? 0 : elapsed.count() / share - elapsed.count();
        if (tty_ && now - shown_ > std::chrono::milliseconds(100)) {
            shown_ = now;
            fmt::print(stderr, "\r\033[K{}: {:3.0f} %, {:.0f} s left  {}", what_, share * 100, left, detail);
        } else if (!tty_ && static_cast<int>(share * 10) > tenths_) {
            tenths_ = static_cast<int>(share * 10);
            fmt::print(stderr, "{}: {:3.0f} %, {:.0f} s left\n", what_, share * 100, left);
        }
    }

private:
    using clock = std::chrono::steady_clock;
    static bool is_tty() {
#if defined(__unix__)
        return isatty(STDERR_FILENO) == 1;
#else
        return false;
#endif
    }
    std::string what_;
    std::size_t total_;
    clock::time_point start_ = clock::now();
    clock::time_point shown_{};
    int tenths_ = 0;
    bool tty_ = is_tty();
};

}  // namespace maxwell::bench
