// SPDX-License-Identifier: MIT
//
// process_switch: lets processes run and stops them, one by one: by cgroup.freeze where this process can write to a cgroup v2, else
// by SIGSTOP and SIGCONT.
//
//     FOLDER/process_market.PID/0/cgroup.freeze    "1": stopped, "0": runs
//                              /1/cgroup.freeze
//
// A frozen group stops what its processes start, too, and a SIGCONT from somebody else changes nothing. Both ways take effect when the
// process next returns to its own code, so after microseconds if it computes; a process is killed in either.

#pragma once

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace maxwell::processes {

namespace fs = std::filesystem;

/// This process's own folder in the first cgroup v2 that is mounted; empty if none is.
inline fs::path own_cgroup() {
    std::ifstream mounts("/proc/self/mounts");
    std::ifstream groups("/proc/self/cgroup");
    fs::path root;
    for (std::string line, device, folder, kind; root.empty() && std::getline(mounts, line);) {
        std::istringstream words(line);
        if (words >> device >> folder >> kind && kind == "cgroup2") root = folder;
    }
    for (std::string line; !root.empty() && std::getline(groups, line);) {
        if (line.starts_with("0::/")) return (root / line.substr(4)).lexically_normal();
    }
    return {};
}

class process_switch {
public:
    process_switch() = default;
    process_switch(process_switch const&) = delete;
    /// The processes have ended by then, or they stay where they are.
    ~process_switch() {
        std::error_code ignored;
        for (std::size_t i = 0; i < groups_.size(); ++i) {
            ::close(groups_[i]);
            fs::remove(folder_ / std::to_string(i), ignored);
        }
        if (!folder_.empty()) fs::remove(folder_, ignored);
    }

    /// Makes groups for `processes` processes in `parent`, a cgroup's folder. If that fails, `why` says why, and signals are used.
    bool open_groups(fs::path const& parent, std::size_t processes, std::string& why) {
        if (parent.empty()) return why = "no cgroup v2 is mounted", false;
        // Only who may write there may move processes from there.
        const fs::path members = parent / "cgroup.procs";
        if (::access(members.c_str(), W_OK) != 0) return why = members.string() + ": " + std::strerror(errno), false;
        std::error_code failed;
        const fs::path folder = parent / ("process_market." + std::to_string(::getpid()));
        if (!fs::create_directory(folder, failed)) return why = folder.string() + ": " + failed.message(), false;
        folder_ = folder;
        for (std::size_t i = 0; i < processes; ++i) {
            const fs::path group = folder_ / std::to_string(i);
            fs::create_directory(group, failed);
            const int freeze = ::open((group / "cgroup.freeze").c_str(), O_WRONLY | O_CLOEXEC);
            if (freeze < 0)
                return why = (group / "cgroup.freeze").string() + ": " + std::strerror(errno), leave(), false;
            groups_.push_back(freeze);
        }
        return true;
    }
    bool by_groups() const noexcept { return !groups_.empty(); }

    /// Puts process `pid`, which runs, into group `i`. Without groups this does nothing. If that fails, `why` says why.
    bool add(std::size_t i, pid_t pid, std::string& why) const {
        if (!by_groups()) return true;
        const fs::path members = folder_ / std::to_string(i) / "cgroup.procs";
        std::ofstream out(members);
        if (out << pid << std::flush) return true;
        return why = members.string() + ": " + std::strerror(errno), false;
    }

    void stop(std::size_t i, pid_t pid) const noexcept {
        by_groups() ? freeze(i, '1') : static_cast<void>(::kill(pid, SIGSTOP));
    }
    /// Also if the process has stopped itself.
    void run(std::size_t i, pid_t pid) const noexcept {
        if (by_groups()) freeze(i, '0');
        ::kill(pid, SIGCONT);
    }

private:
    void freeze(std::size_t i, char state) const noexcept {
        [[maybe_unused]] const ssize_t written = ::pwrite(groups_[i], &state, 1, 0);
    }
    void leave() {
        std::error_code ignored;
        for (std::size_t i = 0; i <= groups_.size(); ++i) fs::remove(folder_ / std::to_string(i), ignored);
        for (const int group : groups_) ::close(group);
        groups_.clear();
        fs::remove(folder_, ignored);
        folder_.clear();
    }

    fs::path folder_;
    std::vector<int> groups_;  ///< descriptors of cgroup.freeze
};

}  // namespace maxwell::processes
