// SPDX-License-Identifier: MIT
//
// A compute plane: an accelerator of so many units (slots of a batch, pages of its memory) that sells all of them before each batch, to jobs
// that want a number of them at once or none.
//
//     jobs arrive ──▶ wait ──▶ sealed bids, in order of arrival ──clear──▶ winners run for a batch ──▶ done, or wait again
//
//     units, skip     gpu::clear_capacity: by price per unit; a bid that doesn't fit is passed over
//     units, stop     the same, and the first that doesn't fit ends the sale
//     first come      in order of arrival, until one doesn't fit
//     random order    in an order drawn anew, passing over what doesn't fit

#pragma once

#include "sim/experiment.hpp"
#include "sim/results.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace maxwell::simulator {

enum class device_policy : std::uint8_t { skip, stop, first_come, random_order };

struct device_policy_info {
    std::string_view name;
    std::string_view about;
    device_policy kind;
};
std::vector<device_policy_info> const& device_policies();

/// One run; nothing if `stop` was set meanwhile.
std::optional<run_result> run_device(experiment const& e, point const& p, device_policy with, std::uint64_t seed,
                                     std::atomic<bool> const& stop);

}  // namespace maxwell::simulator
