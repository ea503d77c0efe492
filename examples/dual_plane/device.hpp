// SPDX-License-Identifier: MIT
//
// What runs the iterations that the accelerator has sold: the model, or kernels on a GPU.
//
//     model_device        an iteration takes as long as sim/serving.hpp says
//     make_cuda_device    a kernel of as much work is launched, and the iteration takes as long as that took
//
// The machine around it goes on in simulated milliseconds, so a run with a GPU takes real time for each iteration and none for the rest.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace maxwell::dual {

class iteration_device {
public:
    iteration_device() = default;
    iteration_device(iteration_device const&) = delete;
    iteration_device& operator=(iteration_device const&) = delete;
    virtual ~iteration_device() = default;

    /// Runs an iteration that takes `model_ns` by the model. Returns how long it took, in nanoseconds, 1 at least; empty if the device failed, and
    /// fault() says how.
    virtual std::optional<std::uint64_t> run(std::uint64_t model_ns) = 0;
    virtual std::string name() const = 0;
    virtual std::string fault() const { return {}; }
};

class model_device final : public iteration_device {
public:
    std::optional<std::uint64_t> run(std::uint64_t model_ns) override { return model_ns; }
    std::string name() const override { return "simulated"; }
};

/// The first CUDA device; null if there is none, and `why` says so in one sentence. Defined in cuda_device.cu, which MAXWELL_CUDA builds.
std::unique_ptr<iteration_device> make_cuda_device(std::string& why);

}  // namespace maxwell::dual
