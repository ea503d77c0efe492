// SPDX-License-Identifier: MIT
//
// governor: the rule that decides how much power a machine may draw. What is compared, and how it is asked.
//
// Each quantum a governor is told how much work there is, and answers how much of it runs; each reading of the sensor
// is handed to it. Governors that set a power cap, as a frequency does, get exactly that cap; the auction's controller
// dispatches whole cores.
//
// Complexity: each governor states its own.

#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace maxwell::sim {

class governor {
public:
    governor() = default;
    governor(governor const&) = delete;
    governor& operator=(governor const&) = delete;
    virtual ~governor() = default;

    virtual std::string_view name() const = 0;

    /// A quantum begins in which `demand_w` are wanted, of which `idle_w` are burnt in any case: what is burnt in it.
    virtual double dispatch(double demand_w, double idle_w) = 0;

    /// The quantum is over, and `watts` were drawn in it as a meter shows it: what dispatch() answered, and what leaked.
    virtual void drawn(double) {}

    /// The newest reading of the sensor, in thousandths of a degree.
    virtual void observe(std::int32_t reading_mc) = 0;

    /// The price in force, in ticks; 0 where there is none.
    virtual double current_price() const { return 0; }
};

/// Whatever is wanted runs.
class no_control final : public governor {
public:
    std::string_view name() const override { return "no control"; }
    double dispatch(double demand_w, double) override { return demand_w; }
    void observe(std::int32_t) override {}
};

/// What caps power exactly, as a processor's frequency would: `cap_w` is for those that derive from it.
class capping_governor : public governor {
public:
    double dispatch(double demand_w, double idle_w) final { return std::min(demand_w, std::max(cap_w_, idle_w)); }

protected:
    explicit capping_governor(double most_w) : cap_w_(most_w), most_w_(most_w) {}
    double cap_w_;
    double most_w_;
};

}  // namespace maxwell::sim
