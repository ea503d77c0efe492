// SPDX-License-Identifier: MIT
//
// The dual plane's accelerator of kernels, which run on the CPU here: iterations take time, and each failure of the runtime is a sentence.

#include "../../examples/dual_plane/cuda_device.cu"

#include <gtest/gtest.h>

namespace maxwell::dual {
namespace {

TEST(planes_device, an_iteration_takes_the_time_that_the_kernel_took) {
    std::string why;
    const auto device = make_cuda_device(why);
    ASSERT_NE(device, nullptr) << why;
    EXPECT_FALSE(device->name().empty());
    const auto took = device->run(5'000'000);
    ASSERT_TRUE(took);
    EXPECT_GE(*took, 1u);
    EXPECT_GE(*device->run(0), 1u);
}

TEST(planes_device, a_device_that_fails_says_why) {
    std::string why;
    on_cpu::calls_until_failure = 0;
    EXPECT_EQ(make_cuda_device(why), nullptr);
    on_cpu::calls_until_failure = -1;
    EXPECT_FALSE(why.empty());

    const auto device = make_cuda_device(why);
    ASSERT_NE(device, nullptr);
    on_cpu::calls_until_failure = 0;
    EXPECT_FALSE(device->run(1000));
    on_cpu::calls_until_failure = -1;
    EXPECT_FALSE(device->fault().empty());
}

TEST(planes_device, a_machine_without_a_device_says_so) {
    std::string why;
    on_cpu::devices = 0;
    EXPECT_EQ(make_cuda_device(why), nullptr);
    on_cpu::devices = 1;
    EXPECT_EQ(why, "no CUDA device is here");
}

}  // namespace
}  // namespace maxwell::dual
