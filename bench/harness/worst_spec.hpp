// SPDX-License-Identifier: MIT
//
// What is asked for, and answered, about the most expensive single operation of a container: worst_operation.hpp counts it.

#pragma once

#include "cases/distributions.hpp"
#include "peers/peer.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace maxwell::bench {

inline constexpr std::array<std::string_view, 4> stepped_names{"insert", "top", "extract_max", "expire"};
enum stepped_kind : int { stepped_insert, stepped_top, stepped_extract_max, stepped_expire };

/// Instructions of the most expensive one of each kind; negative: not counted.
using worst_of_each = std::array<long, stepped_names.size()>;

struct worst_costs {
    worst_of_each away;    ///< from the wrap
    worst_of_each across;  ///< it
};

struct worst_spec {
    structure_info const* structure;
    distribution amounts;
    worst_costs (*measure)(distribution);

    static constexpr std::size_t agents = 10000;
    std::string name() const {
        return std::string("worst/").append(structure->name).append("/").append(name_of(amounts)).append("/10000");
    }
};

}  // namespace maxwell::bench
