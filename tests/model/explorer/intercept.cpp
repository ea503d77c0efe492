// SPDX-License-Identifier: MIT
//
// What code built with -fsanitize=thread calls instead of accessing memory, answered by the explorer instead of by the
// sanitizer's own library. Accesses outside of an exploration, or to other memory, are done as they are.

#include "engine.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace {

using namespace maxwell::model;
using wide = unsigned __int128;

/// The exploration that an access to `address` belongs to; null: none.
engine* explored(void const volatile* address) {
    engine* e = engine::active;
    return e != nullptr && e->explores(const_cast<void const*>(address)) ? e : nullptr;
}

void plain(void const* address, std::size_t size, bool writes) {
    if (engine* e = explored(address)) e->memory().plain(e->thread(), address, size, writes);
}

template <class T>
T load(T const volatile* a, int o, void const* pc) {
    engine* e = explored(a);
    if (e == nullptr) return __atomic_load_n(a, __ATOMIC_SEQ_CST);
    const place where{pc, e->caller()};
    e->yield();
    o = e->order_of(operation::load, where, o);
    const std::uint64_t value = e->memory().load(e->thread(), const_cast<T const*>(a), sizeof(T), o);
    e->done(operation::load, where, const_cast<T const*>(a), value, o);
    return static_cast<T>(value);
}

template <class T>
void store(T volatile* a, T value, int o, void const* pc) {
    engine* e = explored(a);
    if (e == nullptr) return __atomic_store_n(a, value, __ATOMIC_SEQ_CST);
    const place where{pc, e->caller()};
    e->yield();
    o = e->order_of(operation::store, where, o);
    e->memory().store(e->thread(), const_cast<T*>(a), sizeof(T), value, o);
    e->done(operation::store, where, const_cast<T*>(a), value, o);
}

/// Replaces the value by next(value), in one step.
template <class T, class F>
T update(T volatile* a, int o, void const* pc, F next) {
    engine* e = explored(a);
    if (e == nullptr) {
        T value = __atomic_load_n(a, __ATOMIC_SEQ_CST);
        while (!__atomic_compare_exchange_n(a, &value, next(value), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        }
        return value;
    }
    const place where{pc, e->caller()};
    e->yield();
    o = e->order_of(operation::update, where, o);
    const auto wider = [&](std::uint64_t value) -> std::uint64_t { return next(static_cast<T>(value)); };
    const std::uint64_t value = e->memory().update(e->thread(), const_cast<T*>(a), sizeof(T), o, wider);
    e->done(operation::update, where, const_cast<T*>(a), value, o);
    return static_cast<T>(value);
}

template <class T>
bool compare_exchange(T volatile* a, T* expected, T desired, bool weak, int success, int failure, void const* pc) {
    engine* e = explored(a);
    if (e == nullptr) {
        return __atomic_compare_exchange_n(a, expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    }
    const place where{pc, e->caller()};
    e->yield();
    success = e->order_of(operation::compare_exchange, where, success);
    failure = e->order_of(operation::failed_compare_exchange, where, failure);
    std::uint64_t value = *expected;
    const bool done = e->memory().compare_exchange(e->thread(), const_cast<T*>(a), sizeof(T), value, desired, success,
                                                   failure, weak && e->may_fail_for_no_reason());
    if (!done && value == *expected) e->failed_for_no_reason();
    *expected = static_cast<T>(value);
    e->done(done ? operation::compare_exchange : operation::failed_compare_exchange, where, const_cast<T*>(a),
            value * 2 + (done ? 1 : 0), done ? success : failure);
    return done;
}

bool compare_exchange(wide volatile* a, wide* expected, wide desired, int success, int failure, void const* pc) {
    engine* e = explored(a);
    if (e == nullptr) {
        const wide found = *a;  // only before and after the threads, which have the memory to themselves
        if (found == *expected) *a = desired;
        return std::exchange(*expected, found) == found;
    }
    const place where{pc, e->caller()};
    e->yield();
    success = e->order_of(operation::compare_exchange, where, success);
    failure = e->order_of(operation::failed_compare_exchange, where, failure);
    using pair = std::array<std::uint64_t, 2>;
    auto* words = const_cast<std::byte*>(reinterpret_cast<std::byte volatile*>(a));
    pair value{static_cast<std::uint64_t>(*expected), static_cast<std::uint64_t>(*expected >> 64)};
    const pair next{static_cast<std::uint64_t>(desired), static_cast<std::uint64_t>(desired >> 64)};
    const bool done = e->memory().compare_exchange_pair(e->thread(), words, value, next, success, failure);
    *expected = wide{value[1]} << 64 | value[0];
    digest d;
    d.add(value[0] + (done ? 1 : 0));
    d.add(value[1]);
    e->done(done ? operation::compare_exchange : operation::failed_compare_exchange, where, words, d.value().first,
            done ? success : failure);
    return done;
}

}  // namespace

// clang-format off
#define PC __builtin_return_address(0)

#define PLAIN(size) \
    void __tsan_read##size(void* a) { plain(a, size, false); } \
    void __tsan_write##size(void* a) { plain(a, size, true); } \
    void __tsan_unaligned_read##size(void* a) { plain(a, size, false); } \
    void __tsan_unaligned_write##size(void* a) { plain(a, size, true); } \
    void __tsan_volatile_read##size(void* a) { plain(a, size, false); } \
    void __tsan_volatile_write##size(void* a) { plain(a, size, true); }

#define ATOMIC(bits, T) \
    T __tsan_atomic##bits##_load(T const volatile* a, int o) { return load(a, o, PC); } \
    void __tsan_atomic##bits##_store(T volatile* a, T v, int o) { store(a, v, o, PC); } \
    T __tsan_atomic##bits##_exchange(T volatile* a, T v, int o) { return update(a, o, PC, [=](T) { return v; }); } \
    T __tsan_atomic##bits##_fetch_add(T volatile* a, T v, int o) { return update(a, o, PC, [=](T x) { return static_cast<T>(x + v); }); } \
    T __tsan_atomic##bits##_fetch_sub(T volatile* a, T v, int o) { return update(a, o, PC, [=](T x) { return static_cast<T>(x - v); }); } \
    T __tsan_atomic##bits##_fetch_and(T volatile* a, T v, int o) { return update(a, o, PC, [=](T x) { return static_cast<T>(x & v); }); } \
    T __tsan_atomic##bits##_fetch_or(T volatile* a, T v, int o) { return update(a, o, PC, [=](T x) { return static_cast<T>(x | v); }); } \
    T __tsan_atomic##bits##_fetch_xor(T volatile* a, T v, int o) { return update(a, o, PC, [=](T x) { return static_cast<T>(x ^ v); }); } \
    int __tsan_atomic##bits##_compare_exchange_strong(T volatile* a, T* x, T v, int s, int f) { return compare_exchange(a, x, v, false, s, f, PC); } \
    int __tsan_atomic##bits##_compare_exchange_weak(T volatile* a, T* x, T v, int s, int f) { return compare_exchange(a, x, v, true, s, f, PC); } \
    T __tsan_atomic##bits##_compare_exchange_val(T volatile* a, T x, T v, int s, int f) { compare_exchange(a, &x, v, false, s, f, PC); return x; }

extern "C" {
PLAIN(1) PLAIN(2) PLAIN(4) PLAIN(8) PLAIN(16)
ATOMIC(8, std::uint8_t) ATOMIC(16, std::uint16_t) ATOMIC(32, std::uint32_t) ATOMIC(64, std::uint64_t)

int __tsan_atomic128_compare_exchange_strong(wide volatile* a, wide* x, wide v, int s, int f) { return compare_exchange(a, x, v, s, f, PC); }
int __tsan_atomic128_compare_exchange_weak(wide volatile* a, wide* x, wide v, int s, int f) { return compare_exchange(a, x, v, s, f, PC); }
wide __tsan_atomic128_compare_exchange_val(wide volatile* a, wide x, wide v, int s, int f) { compare_exchange(a, &x, v, s, f, PC); return x; }

void __tsan_atomic_thread_fence(int o) {
    engine* e = engine::active;
    if (e == nullptr || !e->in_thread()) return;
    const place where{PC, e->caller()};
    e->yield();
    o = e->order_of(operation::fence, where, o);
    e->memory().fence(e->thread(), o);
    e->done(operation::fence, where, nullptr, 0, o);
}
void __tsan_atomic_signal_fence(int) {}

void __tsan_read_range(void* a, std::size_t size) { plain(a, size, false); }
void __tsan_write_range(void* a, std::size_t size) { plain(a, size, true); }
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
void __tsan_init() {}
void __tsan_acquire(void*) {}
void __tsan_release(void*) {}

void __tsan_func_entry(void* caller) {
    if (engine::active != nullptr && engine::active->in_thread()) engine::active->enter(caller);
}
void __tsan_func_exit() {
    if (engine::active != nullptr && engine::active->in_thread()) engine::active->leave();
}

// Compilers leave larger copies to these; the linker sends the calls here (--wrap).
void* __real_memcpy(void*, void const*, std::size_t);
void* __real_memset(void*, int, std::size_t);
void* __wrap_memcpy(void* to, void const* from, std::size_t size) {
    plain(from, size, false);
    plain(to, size, true);
    return __real_memcpy(to, from, size);
}
void* __wrap_memset(void* to, int byte, std::size_t size) {
    plain(to, size, true);
    return __real_memset(to, byte, size);
}
}
