// SPDX-License-Identifier: MIT
//
// The audit's table: on the terminal, and as JSON for whatever reads its figures.

#pragma once

#include "audit/claim.hpp"

#include <string>
#include <vector>

namespace maxwell::audit {

/// A claim that was tried.
struct row {
    claim const* what = nullptr;
    finding found;
    std::vector<finding> of_controls;
    verdict result = verdict::not_found;
    double seconds = 0;
};

/// The table, and below it the examples of what failed. Returns how many rows failed.
std::size_t print_table(std::vector<row> const& rows, double seconds);

/// Writes the rows to `file`. False if that can't be.
bool write_json(std::string const& file, std::vector<row> const& rows, effort tried);

/// One line for each claim: name and statement.
void print_list(std::vector<claim> const& claims);

}  // namespace maxwell::audit
