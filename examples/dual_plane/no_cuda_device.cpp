// SPDX-License-Identifier: MIT
//
// In place of cuda_device.cu in a build without MAXWELL_CUDA.

#include "device.hpp"

namespace maxwell::dual {

std::unique_ptr<iteration_device> make_cuda_device(std::string& why) {
    why = "this program was built without MAXWELL_CUDA";
    return nullptr;
}

}  // namespace maxwell::dual
