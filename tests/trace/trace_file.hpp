// SPDX-License-Identifier: MIT
//
// trace_file: a file that is gone at the end of the test, plain or compressed.

#pragma once

#include <maxwell/sim/trace/workload.hpp>

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace maxwell::test {

class trace_file {
public:
    explicit trace_file(std::string_view content, bool compressed = false) {
        static int count = 0;
        path_ = testing::TempDir() + "maxwell_trace_" + std::to_string(getpid()) + "_" + std::to_string(++count);
        if (compressed) {
            gzFile file = gzopen(path_.c_str(), "wb");
            gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
            gzclose(file);
        } else {
            std::ofstream(path_, std::ios::binary) << content;
        }
    }
    ~trace_file() { std::remove(path_.c_str()); }
    trace_file(trace_file const&) = delete;
    trace_file& operator=(trace_file const&) = delete;

    std::string const& path() const { return path_; }

    /// Cuts the file to `bytes`.
    void cut(std::uintmax_t bytes) const { std::filesystem::resize_file(path_, bytes); }
    std::uintmax_t bytes() const { return std::filesystem::file_size(path_); }

private:
    std::string path_;
};

/// Reads `content` as a file; every line must have its place, whatever it is.
sim::workload read(std::string_view content, bool compressed = false);

/// The same for the file at `path`.
sim::workload read_file(std::string const& path);

/// The sentence with which `content` is refused.
std::string refusal(std::string_view content);

/// "1 a reason; 7 another": the broken lines of `w`.
std::string broken(sim::workload const& w);

}  // namespace maxwell::test
