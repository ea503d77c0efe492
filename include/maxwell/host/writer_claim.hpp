// SPDX-License-Identifier: MIT
//
// writer_claim: at most one process writes a price page, an outcome board or whatever else has one writer.
//
//     host A   take("/prices.writer") ── lock file in /dev/shm, locked ──▶ it writes
//     host B   take("/prices.writer") ── busy ───────────────────────────▶ it waits, or watches
//
// The lock is a record lock (fcntl, F_SETLK) on a file of its own. Why not flock, or an open-file-description lock, on the
// file behind the shared memory: those belong to the open file, which a forked child or the receiver of a descriptor shares,
// so it counts as the writer, or keeps the lock of one that has crashed; and every reader has that file open, and can
// take the lock. A record lock belongs to the process that took it: no descriptor, inherited or copied, conveys it, and the
// kernel releases it when the process ends, however it ends. The file belongs to the user who made it and no other user can
// open it, so a reader of another user can't take the lock either; processes of one user trust each other.
//
// The file stays, since removing it would let two processes lock two files of one name. It takes no memory.
//
//     operation   cost
//     take        some system calls; never waits

#pragma once

#include <maxwell/host/detail/region_file.hpp>
#include <maxwell/host/region_layout.hpp>

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>  // exchange, move

namespace maxwell {

class writer_claim {
public:
    writer_claim(writer_claim&& other) noexcept
        : name_(std::exchange(other.name_, {})), file_(std::move(other.file_)) {}
    writer_claim& operator=(writer_claim&&) = delete;
    ~writer_claim() {
        if (name_.empty()) return;  // moved from, or never claimed
        const std::lock_guard alone(claims().guard);
        const auto held = claims().holder.find(name_);
        if (held != claims().holder.end() && held->second == ::getpid()) claims().holder.erase(held);
        file_ = detail::descriptor();
    }

    /// Claims what `name` stands for, for this process and until the claim is destroyed. None, and `why`, if that fails.
    /// `busy`: another process has it, or this one has it already. `not_mine`: the name belongs to another user's file, or to
    /// something that is no file.
    static std::optional<writer_claim> take(std::string const& name, region_error& why) {
        const std::lock_guard alone(claims().guard);
        const auto held = claims().holder.find(name);
        if (held != claims().holder.end() && held->second == ::getpid()) {
            why = {region_fault::busy, name + " is claimed by this process already"};
            return std::nullopt;
        }
        writer_claim claim;
        claim.file_ = detail::open_named(name, O_RDWR | O_CREAT);
        if (!claim.file_) return failed(name, "can't be opened", why);
        if (detail::ownership_of(claim.file_) != detail::ownership::mine) {
            why = {region_fault::not_mine, name + " is not a file that this user alone can write"};
            return std::nullopt;
        }
        struct ::flock whole {};  // from the beginning, of any length
        whole.l_type = F_WRLCK;
        whole.l_whence = SEEK_SET;
        if (::fcntl(claim.file_.get(), F_SETLK, &whole) != 0) {
            if (errno != EACCES && errno != EAGAIN) return failed(name, "can't be locked", why);
            why = {region_fault::busy, name + " is claimed by another process"};
            return std::nullopt;
        }
        claim.name_ = name;
        claims().holder[name] = ::getpid();
        return claim;
    }

private:
    /// What is claimed by this process. A process never opens a lock file that it holds: to close any descriptor of a file
    /// releases its record locks. A forked child inherits the table, not the locks, so each entry says whose it is.
    struct table {
        std::mutex guard;
        std::map<std::string, pid_t> holder;
    };
    static table& claims() {
        static table all;
        return all;
    }

    writer_claim() = default;

    static std::nullopt_t failed(std::string const& name, char const* what, region_error& why) {
        why = {region_fault::system, name + " " + what + ": " + std::strerror(errno)};
        return std::nullopt;
    }

    std::string name_;
    detail::descriptor file_;
};

}  // namespace maxwell
