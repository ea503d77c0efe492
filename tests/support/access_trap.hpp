// SPDX-License-Identifier: MIT
//
// access_trap: an object across two pages, and a function that is called between two accesses of it. What another thread could do
// there then happens there, each time, and without another thread.
//
//     access_trap memory;
//     auto& box = memory.place<mailbox_cells<>>(576);                 its byte 576 begins the second page
//     memory.on_each_change_of_page(1, [&](int page) { ...; return true; });    before an access of the other page than the last one
//     memory.before_the_next_store([&] { ... });
//
// Objects begin as zeros. One trap at a time, for one thread. POSIX.

#pragma once

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <sys/mman.h>
#include <unistd.h>

namespace maxwell::test {

class access_trap {
public:
    access_trap()
        : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))),
          memory_(static_cast<unsigned char*>(
              mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
        if (static_cast<void*>(memory_) == MAP_FAILED) std::abort();
        current() = this;
        struct sigaction action {};
        action.sa_sigaction = caught;
        action.sa_flags = SA_SIGINFO | SA_NODEFER;
        sigaction(SIGSEGV, &action, &before_);
    }
    access_trap(access_trap const&) = delete;
    access_trap& operator=(access_trap const&) = delete;
    ~access_trap() {
        disarm();
        sigaction(SIGSEGV, &before_, nullptr);
        munmap(memory_, 2 * page_);
    }

    /// The object of zeros whose byte `split` begins the second page.
    template <class T>
    T& place(std::size_t split) {
        return *reinterpret_cast<T*>(memory_ + page_ - split);
    }

    /// Calls f(page) before the next access of `page`, then before that of the other one, and so on in turn, until it returns false.
    template <class F>
    void on_each_change_of_page(int page, F& f) {
        object_ = &f;
        call_ = [](void* object, int at) { return (*static_cast<F*>(object))(at); };
        guard(page);
    }

    /// Calls f() before the next store.
    template <class F>
    void before_the_next_store(F& f) {
        object_ = &f;
        call_ = [](void* object, int) { return (*static_cast<F*>(object))(), false; };
        mprotect(memory_, 2 * page_, PROT_READ);
    }

    void disarm() { mprotect(memory_, 2 * page_, PROT_READ | PROT_WRITE); }

private:
    static access_trap*& current() {
        static access_trap* trap = nullptr;
        return trap;
    }
    static void caught(int, siginfo_t* info, void*) {
        access_trap& trap = *current();
        const auto at =
            reinterpret_cast<std::uintptr_t>(info->si_addr) - reinterpret_cast<std::uintptr_t>(trap.memory_);
        if (at >= 2 * trap.page_) {
            std::signal(SIGSEGV, SIG_DFL);  // another fault, which ends the program when it comes again
            return;
        }
        const int page = at < trap.page_ ? 0 : 1;
        trap.disarm();
        if (trap.call_(trap.object_, page)) trap.guard(1 - page);
    }
    void guard(int page) { mprotect(memory_ + (page == 0 ? 0 : page_), page_, PROT_NONE); }

    std::size_t page_;
    unsigned char* memory_;
    void* object_ = nullptr;
    bool (*call_)(void*, int) = nullptr;
    struct sigaction before_ {};
};

}  // namespace maxwell::test
