// SPDX-License-Identifier: MIT
//
// Instructions of single operations, exactly: a forked child runs them, and the parent steps it one instruction at a time.
//
//     child     ... stop  operation  stop ...  stop  operation  stop ...
//     parent    runs on   | counts |  runs on        | counts |
//
// Means hide the one operation in ten thousand that has more to do, and a clock can't tell it from a page fault. Stepping costs
// some microseconds per instruction, so this is for a few hundred operations. Where no child can be traced, there are no
// counts.

#pragma once

#include <support/traced_process.hpp>

#include <cstddef>
#include <vector>

#if MAXWELL_CAN_TRACE
#include <sys/mman.h>
#endif

namespace maxwell::bench {

struct stepped_operation {
    int kind;  ///< what the child called it
    long instructions;
};

/// Given to the child: marks what is to be counted.
class single_stepper {
public:
    /// Counted under the name `kind`, 0 or more.
    template <class F>
    [[gnu::noinline]] void count(int kind, F f) const noexcept {
        *kind_ = kind;
        test::traced_process::stop();
        f();
        test::traced_process::stop();
    }

#if MAXWELL_CAN_TRACE
    /// Runs `work(stepper)` in a child; what it counted, in order. Empty where that is impossible or the child has died.
    template <class Work>
    static std::vector<stepped_operation> run(Work work) {
        void* shared = mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (shared == MAP_FAILED) return {};
        auto* kind = static_cast<int volatile*>(shared);
        auto child = test::traced_process::fork_and_run([&] {
            const single_stepper self(kind);
            for (int i = 0; i < 3; ++i) self.count(empty, [] {});
            work(self);
            return 0;
        });
        std::vector<stepped_operation> counted = follow(child, kind);
        munmap(shared, sizeof(int));
        return without_stops(counted);
    }

private:
    using at = test::traced_process::at;
    static constexpr int empty = -1;

    explicit single_stepper(int volatile* kind) noexcept : kind_(kind) {}

    /// Until the child has ended; nothing where it has not ended well.
    static std::vector<stepped_operation> follow(test::traced_process& child, int volatile const* kind) {
        std::vector<stepped_operation> counted;
        while (child) {
            long steps = 1;
            while (child.step() == at::instruction) ++steps;
            if (!child) break;
            counted.push_back({*kind, steps});
            child.run();
        }
        if (child.exit_code() != 0) counted.clear();
        return counted;
    }

    /// What stopping costs by itself comes off: the last of the empty operations, when everything has been linked.
    static std::vector<stepped_operation> without_stops(std::vector<stepped_operation> const& counted) {
        std::vector<stepped_operation> net;
        long stops = 0;
        for (stepped_operation const& o : counted) {
            if (o.kind == empty) {
                stops = o.instructions;
            } else {
                net.push_back({o.kind, o.instructions - stops});
            }
        }
        return net;
    }

    int volatile* kind_;
#else
    template <class Work>
    static std::vector<stepped_operation> run(Work) {
        return {};
    }

private:
    int volatile* kind_ = nullptr;
#endif
};

}  // namespace maxwell::bench
