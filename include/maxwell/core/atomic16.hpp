// SPDX-License-Identifier: MIT
//
// atomic16: two neighbouring 64-bit words that are exchanged as one.
//
// A compare-and-swap of 16 bytes commits a whole record at once: no reader sees half of it, and a thread that comes too late
// finds that the old content is gone. Every x86-64 since 2006 has one, and every AArch64. The compilers' own builtins for
// it call libatomic or need -mcx16 from every includer, so it is written in assembly here, and has_atomic16 says
// at compile time whether the machine has it. The thread sanitizer can't see assembly, but has a function for it.
//
// The words can also be read one by one. The C++ memory model says nothing of accesses of mixed sizes. Both machines do: a
// read of an aligned word returns its value before or after an exchange of the 16 bytes around it, never a mixture.

#pragma once

#include <maxwell/core/atomic.hpp>

#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_standard_layout

#ifdef MAXWELL_THREAD_SANITIZER
__extension__ typedef __int128 maxwell_int128;
extern "C" {
void __tsan_acquire(void*);
int __tsan_atomic128_compare_exchange_strong(maxwell_int128 volatile*, maxwell_int128*, maxwell_int128, int, int);
}
#endif

namespace maxwell {

/// Is there a compare-and-swap of 16 bytes?
#if defined(__x86_64__) || defined(__aarch64__)
inline constexpr bool has_atomic16 = true;
#else
inline constexpr bool has_atomic16 = false;
#endif

/// What an atomic16 holds.
struct two_words {
    std::uint64_t first;
    std::uint64_t second;

    friend constexpr bool operator==(two_words const&, two_words const&) = default;
};

class alignas(16) atomic16 {
public:
    constexpr atomic16() noexcept = default;
    constexpr explicit atomic16(two_words value) noexcept : first_(value.first), second_(value.second) {}

    /// Reads the second word, with acquire order, then the first. If another thread exchanges them in between, the two don't
    /// belong together, and a compare_exchange that expects them fails.
    two_words load() const noexcept {
        const std::uint64_t second = second_.load(memory_order::acquire);
#ifdef MAXWELL_THREAD_SANITIZER
        __tsan_acquire(const_cast<atomic16*>(this));  // it files the exchange under the first word
#endif
        return {first_.load(memory_order::relaxed), second};
    }

    /// If both words are `expected`, writes `desired` in one step, with acquire and release order, and returns true; otherwise
    /// returns false. Traps where has_atomic16 is false. On AArch64 it loops while other threads write the same 16 bytes.
    bool compare_exchange(two_words expected, two_words desired) noexcept {
#if defined(MAXWELL_THREAD_SANITIZER)
        maxwell_int128 from;
        maxwell_int128 to;
        __builtin_memcpy(&from, &expected, sizeof(from));
        __builtin_memcpy(&to, &desired, sizeof(to));
        return __tsan_atomic128_compare_exchange_strong(reinterpret_cast<maxwell_int128*>(this), &from, to,
                                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED) != 0;
#elif defined(__x86_64__)
        bool done;
        asm volatile("lock cmpxchg16b %1"
                     : "=@ccz"(done), "+m"(*this), "+a"(expected.first), "+d"(expected.second)
                     : "b"(desired.first), "c"(desired.second)
                     : "memory");
        return done;
#elif defined(__aarch64__)
        two_words found;
        std::uint32_t disturbed;
        asm volatile(
            "1: ldaxp %0, %1, %3\n"
            "   cmp   %0, %4\n"
            "   ccmp  %1, %5, #0, eq\n"
            "   b.ne  2f\n"
            "   stlxp %w2, %6, %7, %3\n"
            "   cbnz  %w2, 1b\n"
            "   b     3f\n"
            "2: stlxp %w2, %0, %1, %3\n"  // only a store proves that the two were read at once
            "   cbnz  %w2, 1b\n"
            "3:"
            : "=&r"(found.first), "=&r"(found.second), "=&r"(disturbed), "+Q"(*this)
            : "r"(expected.first), "r"(expected.second), "r"(desired.first), "r"(desired.second)
            : "cc", "memory");
        return found == expected;
#else
        static_cast<void>(expected);
        static_cast<void>(desired);
        __builtin_trap();
#endif
    }

private:
    atomic<std::uint64_t> first_;
    atomic<std::uint64_t> second_;
};

static_assert(sizeof(atomic16) == 16 && alignof(atomic16) == 16 && std::is_standard_layout_v<atomic16>);

}  // namespace maxwell
