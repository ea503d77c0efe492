// SPDX-License-Identifier: MIT
//
// The report: an answer or all tables on the terminal, results.json in Google Benchmark's format, and one page that needs no network.

#pragma once

#include "cases/goals.hpp"
#include "harness/results.hpp"

#include <cstdio>
#include <filesystem>
#include <string>

namespace maxwell::bench {

/// CPU, compiler, flags, commit, date and load.
surroundings look_around();

/// Where this program's sources are, or were when it was built.
std::filesystem::path source_folder();

/// One page: how fast the quantum is, and the goals that were missed.
void print_answer(results const& r, std::FILE* out);

/// A table per workload, the ratios, all panels and goals.
void print_tables(results const& r, std::FILE* out);

/// False when the file can't be written.
bool write_json(results const& r, std::filesystem::path const& file);
bool write_page(results const& r, std::filesystem::path const& file);

}  // namespace maxwell::bench
