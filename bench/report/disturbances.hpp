// SPDX-License-Identifier: MIT
//
// What of this machine disturbs a measurement, each as a sentence that says how to change it. From /sys and /proc alone, below `root`, so
// that a test can lay down a machine of its own.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace maxwell::bench {

std::vector<std::string> disturbances(std::filesystem::path const& root = "/");

}  // namespace maxwell::bench
