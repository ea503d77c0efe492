// SPDX-License-Identifier: MIT
//
// job_store: the jobs of a trace in order of arrival, however many there are, in bounded memory.
//
//     add ──▶ memory, up to 2^20 jobs ──full: sorted──▶ run │ run │ run ──finish: merged──▶ one file ──▶ cursors
//
// A trace's jobs don't come in order of arrival: a burst of a scheduler is known when it ends. Up to 2^20 jobs are sorted in
// memory, 40 MB of them. What is more goes to a file of 40 bytes a job, in runs that are merged at the end where they overlap;
// a trace that is in order, as most are, is written once. The file has no name and is gone with the store, however that ends. It
// stands in TMPDIR, or in /var/tmp: /tmp is often memory. Any number of cursors read the jobs, each on its own.
//
//     operation   cost                    why
//     add         O(1) amortised          a sort and a write of 40 MB each 2^20 jobs
//     finish      O(jobs log runs)        one merge, where runs overlap
//     next        O(1)                    one read of 160 KB each 4,096 jobs

#pragma once

#include <maxwell/sim/trace/workload.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>     // min, sort
#include <cerrno>        // errno
#include <cstddef>       // size_t
#include <cstdint>       // uint64_t
#include <cstdlib>       // getenv, mkstemp
#include <queue>         // priority_queue
#include <string>        // error
#include <system_error>  // what errno means
#include <type_traits>   // is_trivially_copyable
#include <utility>       // move, pair
#include <vector>        // jobs

namespace maxwell::sim {

/// Jobs are in order of arrival, those of one arrival in the file's order.
inline bool by_arrival(job const& a, job const& b) noexcept {
    return a.arrival_us != b.arrival_us ? a.arrival_us < b.arrival_us : a.line < b.line;
}

class job_store {
public:
    /// Keeps up to `in_memory` jobs in memory.
    explicit job_store(std::size_t in_memory = std::size_t{1} << 20) : in_memory_(in_memory == 0 ? 1 : in_memory) {}
    job_store(job_store const&) = delete;
    job_store& operator=(job_store const&) = delete;

    /// Takes a job in; its arrival is on any clock. O(1) amortised.
    void add(job const& j) {
        if (kept_.size() == in_memory_) spill();
        kept_.push_back(j);
        ++size_;
    }

    /// Brings the jobs in order. False where the file can't be written, and error() says why. Call it once, after the last add.
    bool finish() {
        if (runs_.empty()) {
            std::sort(kept_.begin(), kept_.end(), by_arrival);
            if (!kept_.empty()) start_us_ = kept_.front().arrival_us;
            return true;
        }
        spill();
        kept_ = {};
        if (overlap_) merge();
        job first;
        if (error_.empty() && cursor(*this).next(first)) start_us_ = first.arrival_us;
        return error_.empty();
    }

    /// Jobs added.
    std::uint64_t size() const noexcept { return size_; }
    /// Why finish() is false; empty where it is true.
    std::string const& error() const noexcept { return error_; }
    /// Bytes on disk; 0 where memory was enough.
    std::uint64_t bytes_on_disk() const noexcept { return runs_.empty() ? 0 : size_ * sizeof(job); }

    /// Reads the jobs of a store from the first to the last; the store has to be finished and to outlive it.
    class cursor {
    public:
        explicit cursor(job_store const& from) : from_(&from) {}

        /// Puts the next job into `out`, on a clock on which the first arrives at 0; false at the end, and where the file can't
        /// be read any more. O(1).
        bool next(job& out) {
            if (at_ == from_->size_) return false;
            if (from_->runs_.empty()) {
                out = from_->kept_[at_++];
            } else {
                if (buffered_ == buffer_.size()) refill();
                if (buffer_.empty()) return false;
                out = buffer_[buffered_++];
                ++at_;
            }
            out.arrival_us -= from_->start_us_;
            return true;
        }

    private:
        void refill() {
            buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(chunk, from_->size_ - at_)));
            buffered_ = 0;
            if (!from_->file_.read(buffer_, at_)) buffer_.clear();
        }

        job_store const* from_;
        std::uint64_t at_ = 0;
        std::vector<job> buffer_;
        std::size_t buffered_ = 0;  ///< in buffer_, the next
    };

private:
    static_assert(std::is_trivially_copyable_v<job>);
    static constexpr std::size_t chunk = 4096;  ///< jobs that are read or written at once

    /// A file of jobs without a name.
    class job_file {
    public:
        job_file() = default;
        ~job_file() {
            if (fd_ >= 0) close(fd_);
        }
        job_file(job_file const&) = delete;
        job_file& operator=(job_file const&) = delete;
        void swap(job_file& other) noexcept { std::swap(fd_, other.fd_); }

        /// Empty, or why there is no file.
        std::string open() {
            if (fd_ >= 0) return {};
            char const* const told = std::getenv("TMPDIR");
            const std::string folder = told != nullptr && *told != 0 ? told : "/var/tmp";
            std::string name = folder + "/maxwell_jobs_XXXXXX";
            fd_ = mkstemp(name.data());
            if (fd_ < 0) return "no file can be made in " + folder + " (TMPDIR names another folder): " + reason();
            unlink(name.c_str());
            return {};
        }
        std::string append(std::vector<job> const& jobs) {
            auto const* at = reinterpret_cast<char const*>(jobs.data());
            for (std::size_t left = jobs.size() * sizeof(job); left > 0;) {
                const auto count = ::write(fd_, at, left);
                if (count <= 0) return "the jobs can't be written to a file (TMPDIR names another folder): " + reason();
                at += count;
                left -= static_cast<std::size_t>(count);
            }
            return {};
        }
        /// Fills `jobs` from job `first` on.
        bool read(std::vector<job>& jobs, std::uint64_t first) const {
            auto* at = reinterpret_cast<char*>(jobs.data());
            auto offset = static_cast<off_t>(first * sizeof(job));
            for (std::size_t left = jobs.size() * sizeof(job); left > 0;) {
                const auto count = pread(fd_, at, left, offset);
                if (count <= 0) return false;
                at += count;
                offset += count;
                left -= static_cast<std::size_t>(count);
            }
            return true;
        }

    private:
        static std::string reason() { return std::error_code(errno, std::generic_category()).message(); }
        int fd_ = -1;
    };

    /// Writes what is kept as a sorted run.
    void spill() {
        if (kept_.empty() || !error_.empty()) return kept_.clear();
        std::sort(kept_.begin(), kept_.end(), by_arrival);
        error_ = file_.open();
        if (error_.empty()) error_ = file_.append(kept_);
        overlap_ = overlap_ || (!runs_.empty() && by_arrival(kept_.front(), last_));
        last_ = kept_.back();
        runs_.push_back(kept_.size());
        kept_.clear();
    }

    /// A run while it is merged.
    struct run_reader {
        std::uint64_t at;   ///< of the file, after the buffer
        std::uint64_t end;  ///< of the run
        std::vector<job> buffer;
        std::size_t next = 0;

        bool fill(job_file const& file) {
            buffer.resize(static_cast<std::size_t>(std::min<std::uint64_t>(chunk, end - at)));
            next = 0;
            at += buffer.size();
            return buffer.empty() || file.read(buffer, at - buffer.size());
        }
    };

    void merge() {
        job_file sorted;
        if (error_.empty()) error_ = sorted.open();
        std::vector<run_reader> runs;
        std::uint64_t begin = 0;
        const auto later = [&](std::size_t a, std::size_t b) {
            return by_arrival(runs[b].buffer[runs[b].next], runs[a].buffer[runs[a].next]);
        };
        std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> heads(later);
        bool read = true;
        for (const std::uint64_t length : runs_) {
            runs.push_back({begin, begin + length, {}});
            begin += length;
        }
        for (std::size_t i = 0; i < runs.size(); ++i) {
            read = read && runs[i].fill(file_);
            heads.push(i);
        }
        std::vector<job> out;
        while (read && error_.empty() && !heads.empty()) {
            const std::size_t i = heads.top();
            heads.pop();
            out.push_back(runs[i].buffer[runs[i].next++]);
            if (runs[i].next == runs[i].buffer.size()) read = runs[i].fill(file_);
            if (!runs[i].buffer.empty()) heads.push(i);
            if (out.size() == chunk || heads.empty()) {
                error_ = sorted.append(out);
                out.clear();
            }
        }
        if (!read) error_ = "the jobs can't be read back from their file";
        file_.swap(sorted);
    }

    std::size_t in_memory_;
    std::vector<job> kept_;  ///< not in the file
    job_file file_;
    std::vector<std::uint64_t> runs_;  ///< their lengths
    job last_;                         ///< of the newest run
    bool overlap_ = false;             ///< a run begins before the one before it ends
    std::uint64_t size_ = 0;
    std::uint64_t start_us_ = 0;
    std::string error_;
};

}  // namespace maxwell::sim
