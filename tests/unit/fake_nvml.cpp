// SPDX-License-Identifier: MIT
//
// A library that answers like NVML, for the test of the path through dlopen: two GPUs, of which the second can't tell its power.

#include <cstdio>
#include <cstring>

#define NVML extern "C" __attribute__((visibility("default")))

namespace {
int live = 0;
int gpus[2];
int index_of(void* gpu) { return gpu == &gpus[1] ? 1 : 0; }
constexpr int not_supported = 3;
}  // namespace

#ifdef FAKE_NVML_WITHOUT_DRIVER
NVML int nvmlInit_v2() { return 9; }
#else
NVML int nvmlInit_v2() { return ++live, 0; }
#endif
NVML int nvmlShutdown() { return --live, 0; }
NVML char const* nvmlErrorString(int error) {
    return error == not_supported ? "Not Supported" : error == 9 ? "Driver Not Loaded" : nullptr;
}
NVML int nvmlDeviceGetCount_v2(unsigned* count) { return *count = 2, live == 1 ? 0 : 1; }
NVML int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** gpu) { return *gpu = &gpus[index], 0; }
NVML int nvmlDeviceGetName(void* gpu, char* name, unsigned length) {
    return std::snprintf(name, length, "Fake %d", index_of(gpu)), 0;
}
NVML int nvmlDeviceGetTemperature(void* gpu, int sensor, unsigned* c) {
    return *c = 60u + static_cast<unsigned>(index_of(gpu)), sensor == 0 ? 0 : 2;
}
NVML int nvmlDeviceGetPowerUsage(void* gpu, unsigned* mw) {
    return *mw = 350'500, index_of(gpu) == 1 ? not_supported : 0;
}
NVML int nvmlDeviceGetTotalEnergyConsumption(void*, unsigned long long* mj) { return *mj = 5'000'000'000, 0; }
NVML int nvmlDeviceGetUtilizationRates(void* gpu, unsigned* rates) {
    rates[0] = index_of(gpu) == 1 ? 101 : 95;
    rates[1] = 7;
    return 0;
}
#ifndef FAKE_NVML_INCOMPLETE
NVML int nvmlDeviceGetCurrentClocksThrottleReasons(void* gpu, unsigned long long* mask) {
    return *mask = index_of(gpu) == 1 ? 0x40 : 0x1, 0;  // heat, or idle
}
#endif
