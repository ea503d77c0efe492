// SPDX-License-Identifier: MIT
//
// What a batch auction returns, on the CPU and on the GPU.

#pragma once

#include <maxwell/core/cxx20.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint8_t

namespace maxwell::gpu {

/// The result of a call. Only a call that returns `ok` has written awards.
enum class batch_status : std::uint8_t {
    ok,
    too_many_bids,         ///< max_batch or more
    workspace_too_small,   ///< or null
    workspace_misaligned,  ///< not at a multiple of batch_workspace_alignment
    output_too_small,      ///< more winners than `out` has room for
    unknown_agent,         ///< a slot is not below the capacity
    duplicate_slot,        ///< two bids have one slot
    no_threads,            ///< a team of none
    front_too_long,        ///< on a device with misfit::skip: too many bids behind the first misfit have a say
    device_error,          ///< CUDA refused a launch or a copy; see batch_launch::error
};

/// A batch holds fewer bids than this: an index has 32 bits, and one value stands for none.
inline constexpr std::size_t max_batch = 0xFFFF'FFFFu;

/// How a clearing went.
struct batch_result {
    batch_status outcome;
    std::size_t winners;  ///< awards written; 0 if the outcome is not `ok`
};

}  // namespace maxwell::gpu
