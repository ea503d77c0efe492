// SPDX-License-Identifier: MIT
//
// engine: the explorer's inside, as the intercepted accesses see it.

#pragma once

#include "explorer.hpp"
#include "weak_memory.hpp"

#include <setjmp.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace maxwell::model {

enum class operation : std::uint8_t { load, store, update, compare_exchange, failed_compare_exchange, fence };

/// Where an operation stands: in the machine code, and from where that function was called.
struct place {
    void const* pc;
    void const* caller;
    friend auto operator<=>(place const&, place const&) = default;
};

struct ordered_operation {
    place where;
    operation kind;
    int order;
    friend auto operator<=>(ordered_operation const&, ordered_operation const&) = default;
};

/// These operations are done with the order `to`.
struct substitution {
    std::set<ordered_operation> operations;
    int to = relaxed;
};

class engine final : weak_memory::oracle {
public:
    explicit engine(program const& p);
    verdict explore(std::uint64_t limit);

    static engine* active;
    static substitution weakened;

    /// Is this access one of a thread to the shared memory?
    bool explores(void const* address) const { return in_thread() && memory_.contains(address); }
    bool in_thread() const { return current_ != nobody; }

    weak_memory& memory() { return memory_; }
    std::size_t thread() const { return current_; }
    std::set<ordered_operation> const& operations() const { return operations_; }

    /// Before an atomic operation: others may go first.
    void yield() { leave_fiber(); }

    /// The order that counts for an operation.
    int order_of(operation kind, place const& where, int o);

    /// After an atomic operation: what it has read is part of the thread's state.
    void done(operation kind, place const& where, void const* address, std::uint64_t value, int o);

    /// May a weak compare-and-swap fail for no reason? Once in an execution.
    bool may_fail_for_no_reason() const { return failures_for_no_reason_ > 0; }
    void failed_for_no_reason() { --failures_for_no_reason_; }

    void end_thread();
    void fail(std::string text) override;
    void discard() override;
    void give_up(char const* text) override;

    /// The calls that the current thread is in, of instrumented functions.
    void enter(void const* caller) { fibers_[current_].calls.push_back(caller); }
    void leave() { fibers_[current_].calls.pop_back(); }
    void const* caller() const { return fibers_[current_].calls.empty() ? nullptr : fibers_[current_].calls.back(); }

private:
    static constexpr std::size_t nobody = ~std::size_t{0};

    struct fiber {
        ucontext_t begin;  // on a stack of its own
        jmp_buf here;      // after that: setjmp is no system call, swapcontext is one
        bool begun;
        std::unique_ptr<char[]> stack;
        std::vector<void const*> calls;
        digest history;  // of all that it has read: its own state
        bool done;
    };
    struct choice {
        std::size_t taken, of;
    };
    struct by_first {
        std::size_t operator()(std::pair<std::uint64_t, std::uint64_t> const& p) const { return p.first; }
    };

    void search(verdict& v, std::uint64_t limit);
    void run();
    bool next_path();
    std::string trace_of_this_execution();
    std::size_t choose(std::size_t n) override;
    std::pair<std::uint64_t, std::uint64_t> state() const;
    std::size_t next_thread();
    bool is_mortal(std::size_t t) const;
    void die(std::size_t t);
    void start(std::size_t t);
    static void enter_fiber();
    void resume(std::size_t t);
    void leave_fiber();

    program const& program_;
    weak_memory memory_;
    std::vector<fiber> fibers_;
    jmp_buf scheduler_{};
    std::size_t current_ = nobody, last_ = nobody;
    std::uint64_t switches_left_ = 0;
    std::vector<choice> path_;
    std::size_t depth_ = 0;
    bool cut_ = false, discarded_ = false, tracing_ = false;
    std::uint64_t failures_for_no_reason_ = 1;
    std::unordered_set<std::pair<std::uint64_t, std::uint64_t>, by_first> visited_;
    std::string failure_, trace_;
    std::string failure_if_good_;  // what has failed while a guess was open
    std::set<ordered_operation> operations_;
};

}  // namespace maxwell::model
