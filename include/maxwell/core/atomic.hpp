// SPDX-License-Identifier: MIT
//
// atomic<T>: a word shared with other threads, processes or guests. std::atomic for code that may not include <atomic>.
//
// Over the compiler's __atomic builtins, and only for the sizes that every supported machine does without a lock: 1, 2, 4
// and 8 bytes. So it never calls libatomic, and it works in memory that two programs share. Zeroed memory is an atomic
// zero. Every operation names its order. std::atomic's default, seq_cst, is the costliest, so there is none here.

#pragma once

#include <maxwell/core/cxx20.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // for the size assertions
#include <type_traits>  // is_trivially_copyable, is_integral

// Defined where the thread sanitizer is at work, which sees neither assembly nor fences.
#if defined(__SANITIZE_THREAD__)
#define MAXWELL_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MAXWELL_THREAD_SANITIZER
#endif
#endif

// The library relies on 8-byte words that are lock-free, and shared layouts hold 64-bit sizes.
static_assert(sizeof(void*) == 8, "Maxwell serves 64-bit machines only");

namespace maxwell {

/// The orders of the C++ memory model, with the builtins' values.
enum class memory_order : int {
    relaxed = __ATOMIC_RELAXED,
    acquire = __ATOMIC_ACQUIRE,
    release = __ATOMIC_RELEASE,
    acq_rel = __ATOMIC_ACQ_REL,
    seq_cst = __ATOMIC_SEQ_CST,
};

/// A fence of the given order, as std::atomic_thread_fence.
inline void atomic_thread_fence(memory_order order) noexcept { __atomic_thread_fence(static_cast<int>(order)); }

template <class T>
class atomic {
    static_assert(std::is_trivially_copyable_v<T>, "bytes are all that is exchanged");
    static_assert(sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8, "lock-free on every machine");

public:
    using value_type = T;

    constexpr atomic() noexcept = default;
    constexpr explicit atomic(T value) noexcept : value_(value) {}
    atomic(atomic const&) = delete;
    atomic& operator=(atomic const&) = delete;

    T load(memory_order order) const noexcept {
        T value;
        __atomic_load(&value_, &value, static_cast<int>(order));
        return value;
    }

    void store(T value, memory_order order) noexcept { __atomic_store(&value_, &value, static_cast<int>(order)); }

    T exchange(T value, memory_order order) noexcept {
        T old;
        __atomic_exchange(&value_, &value, &old, static_cast<int>(order));
        return old;
    }

    /// Writes `desired` where the value is `expected`; otherwise puts the value found into `expected` and returns false.
    /// `failure` is relaxed, acquire or seq_cst.
    bool compare_exchange(T& expected, T desired, memory_order success, memory_order failure) noexcept {
        return __atomic_compare_exchange(&value_, &expected, &desired, false, static_cast<int>(success),
                                         static_cast<int>(failure));
    }

    /// Each returns the value before. Integers only; they wrap.
    T fetch_add(T value, memory_order order) noexcept requires std::is_integral_v<T> {
        return __atomic_fetch_add(&value_, value, static_cast<int>(order));
    }
    T fetch_sub(T value, memory_order order) noexcept requires std::is_integral_v<T> {
        return __atomic_fetch_sub(&value_, value, static_cast<int>(order));
    }
    T fetch_or(T value, memory_order order) noexcept requires std::is_integral_v<T> {
        return __atomic_fetch_or(&value_, value, static_cast<int>(order));
    }
    T fetch_and(T value, memory_order order) noexcept requires std::is_integral_v<T> {
        return __atomic_fetch_and(&value_, value, static_cast<int>(order));
    }

private:
    alignas(sizeof(T)) T value_ = {};
};

static_assert(sizeof(atomic<std::uint64_t>) == 8 && std::is_standard_layout_v<atomic<std::uint64_t>>);

}  // namespace maxwell
