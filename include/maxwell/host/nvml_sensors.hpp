// SPDX-License-Identifier: MIT
//
// NVIDIA GPUs by NVML, the library that belongs to their driver: temperature, power, energy, utilisation, throttling. Hosted.
//
// The library is opened when it is asked for, so nothing has to be installed to build or to start a program, and a machine without
// a driver gets a sentence. Its functions are called by the names and types of NVML's stable interface; each stays open until
// the last of its sensors is gone.
//
//     libnvidia-ml.so.1 ──dlopen──▶ nvml_library ◀──shared── sensors of all GPUs      nvml/INDEX/NAME/...

#pragma once

#include <maxwell/host/sensor.hpp>

#include <dlfcn.h>  // dlopen

#include <cstdint>   // int64_t
#include <memory>    // shared_ptr
#include <optional>  // a reading that may be missing
#include <string>    // names, sentences
#include <vector>    // sensors

namespace maxwell::host {
namespace detail {

/// What of NVML is called, after nvmlInit_v2 until the end.
class nvml_library {
public:
    using device = void*;
    struct utilisation {
        unsigned gpu;  ///< per cent
        unsigned memory;
    };

    /// The library, initialised; or nothing and why.
    static std::shared_ptr<nvml_library> open(std::string const& file, std::string& why) {
        std::shared_ptr<nvml_library> library(new nvml_library);
        library->handle_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (library->handle_ == nullptr) {
            const char* error = dlerror();
            why = error != nullptr ? error : file + " can't be opened";
            return nullptr;
        }
        nvml_library& l = *library;
        int (*init)() = nullptr;
        const bool complete = l.find("nvmlInit_v2", init, why) && l.find("nvmlShutdown", l.shutdown_, why) &&
                              l.find("nvmlErrorString", l.error_string_, why) &&
                              l.find("nvmlDeviceGetCount_v2", l.count, why) &&
                              l.find("nvmlDeviceGetHandleByIndex_v2", l.by_index, why);
        if (!complete) return nullptr;
        // A library that lacks one of these can still have the others: the sensor says so when it is read.
        std::string lacks;
        l.find("nvmlDeviceGetName", l.name, lacks);
        l.find("nvmlDeviceGetTemperature", l.temperature, lacks);
        l.find("nvmlDeviceGetPowerUsage", l.power, lacks);
        l.find("nvmlDeviceGetTotalEnergyConsumption", l.energy, lacks);
        l.find("nvmlDeviceGetUtilizationRates", l.rates, lacks);
        if (!l.find("nvmlDeviceGetCurrentClocksEventReasons", l.throttle_reasons, lacks))  // its name since driver 535
            l.find("nvmlDeviceGetCurrentClocksThrottleReasons", l.throttle_reasons, lacks);
        if (!l.succeeded("nvmlInit_v2", init(), why)) return nullptr;
        l.initialised_ = true;
        return library;
    }

    ~nvml_library() {
        if (initialised_) shutdown_();
        if (handle_ != nullptr) dlclose(handle_);
    }
    nvml_library(nvml_library const&) = delete;
    nvml_library& operator=(nvml_library const&) = delete;

    static constexpr int function_not_found = 13;  ///< NVML_ERROR_FUNCTION_NOT_FOUND

    /// Calls `function`, if the library has it.
    template <class Function, class... Arguments>
    static int call(Function function, Arguments... arguments) {
        return function != nullptr ? function(arguments...) : function_not_found;
    }

    /// Did `call` return success? If not, why.
    bool succeeded(char const* call, int result, std::string& why) const {
        if (result == 0) return true;
        char const* text = result == function_not_found ? "the library lacks this function" : error_string_(result);
        why = std::string(call) + ": " + (text != nullptr ? text : "unknown error");
        return false;
    }

    int (*count)(unsigned*) = nullptr;
    int (*by_index)(unsigned, device*) = nullptr;
    int (*name)(device, char*, unsigned) = nullptr;
    int (*temperature)(device, int sensor, unsigned* degrees_c) = nullptr;
    int (*power)(device, unsigned* mw) = nullptr;
    int (*energy)(device, unsigned long long* mj) = nullptr;
    int (*rates)(device, utilisation*) = nullptr;
    int (*throttle_reasons)(device, unsigned long long* mask) = nullptr;

private:
    nvml_library() = default;

    template <class Function>
    bool find(char const* symbol, Function& function, std::string& why) {
        function = reinterpret_cast<Function>(dlsym(handle_, symbol));
        if (function == nullptr) why = std::string("the library has no ") + symbol;
        return function != nullptr;
    }

    void* handle_ = nullptr;
    bool initialised_ = false;
    int (*shutdown_)() = nullptr;
    char const* (*error_string_)(int) = nullptr;
};

/// Adds a sensor that asks NVML: `ask(value)` returns NVML's result, `convert` makes our unit of what it gave.
template <class Value, class Ask, class Convert>
void add_nvml_sensor(std::vector<sensor>& to, std::shared_ptr<nvml_library> const& library, std::string name,
                     quantity what, Ask ask, Convert convert) {
    to.emplace_back(name, what, [=](std::string& why) -> std::optional<sample> {
        Value value{};
        if (!library->succeeded(name.c_str(), ask(*library, value), why)) return std::nullopt;
        return sample{now_ns(), convert(value)};
    });
}

/// The sensors of one GPU.
inline void add_gpu(std::vector<sensor>& to, std::shared_ptr<nvml_library> const& nvml, nvml_library::device gpu,
                    std::string const& name) {
    using library = nvml_library;
    using u64 = unsigned long long;
    add_nvml_sensor<unsigned>(
        to, nvml, name + "temperature", quantity::temperature_mk,
        [gpu](library const& l, unsigned& c) { return library::call(l.temperature, gpu, 0, &c); },
        [](unsigned c) { return std::int64_t{c} * 1000 + celsius_zero_mk; });
    add_nvml_sensor<unsigned>(
        to, nvml, name + "power", quantity::power_uw,
        [gpu](library const& l, unsigned& mw) { return library::call(l.power, gpu, &mw); },
        [](unsigned mw) { return std::int64_t{mw} * 1000; });
    add_nvml_sensor<u64>(
        to, nvml, name + "energy", quantity::energy_uj,
        [gpu](library const& l, u64& mj) { return library::call(l.energy, gpu, &mj); },
        [](u64 mj) { return static_cast<std::int64_t>(mj * 1000); });
    add_nvml_sensor<library::utilisation>(
        to, nvml, name + "utilisation", quantity::utilisation_q16,
        [gpu](library const& l, library::utilisation& u) { return library::call(l.rates, gpu, &u); },
        [](library::utilisation u) { return std::int64_t{u.gpu < 100 ? u.gpu : 100} * 65536 / 100; });
    // Software power cap, hardware slowdown, software and hardware thermal slowdown, power brake.
    constexpr u64 heat_or_power = 0x4 | 0x8 | 0x20 | 0x40 | 0x80;
    add_nvml_sensor<u64>(
        to, nvml, name + "throttled", quantity::throttled,
        [gpu](library const& l, u64& mask) { return library::call(l.throttle_reasons, gpu, &mask); },
        [](u64 mask) { return std::int64_t{(mask & heat_or_power) != 0 ? 1 : 0}; });
}

}  // namespace detail

/// All GPUs of NVML. A GPU that lacks a quantity says so when that is read.
inline sensor_list find_nvml(std::string const& file = "libnvidia-ml.so.1") {
    sensor_list list;
    const auto nvml = detail::nvml_library::open(file, list.not_available);
    if (!nvml) return list;
    unsigned count = 0;
    if (!nvml->succeeded("nvmlDeviceGetCount_v2", nvml->count(&count), list.not_available)) return list;
    for (unsigned i = 0; i < count; ++i) {
        detail::nvml_library::device gpu = nullptr;
        if (!nvml->succeeded("nvmlDeviceGetHandleByIndex_v2", nvml->by_index(i, &gpu), list.not_available)) continue;
        char model[96] = "";
        if (detail::nvml_library::call(nvml->name, gpu, model, static_cast<unsigned>(sizeof model)) != 0) model[0] = 0;
        model[sizeof model - 1] = 0;
        std::string name = "nvml/" + std::to_string(i) + '/';
        name += model[0] != 0 ? model : "unnamed";
        detail::add_gpu(list.sensors, nvml, gpu, name + '/');
    }
    if (!list.sensors.empty()) {
        list.not_available.clear();
    } else if (list.not_available.empty()) {
        list.not_available = "NVML knows no GPU";
    }
    return list;
}

}  // namespace maxwell::host
