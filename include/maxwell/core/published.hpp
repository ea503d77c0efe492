// SPDX-License-Identifier: MIT
//
// published: the newest copy of an object, for any number of readers, from one writer that never waits for them.
//
// A container has one writer, and other threads must not read it. A monitor or a balancer in another thread reads a copy
// that the writer has made; a container is trivially copyable, so the copy is a memcpy.
//
//     newest_      2                   a copy plus one; 0: nothing published yet
//     readers_   [ 0   3   1 ]         who is reading each copy now
//     copy_      [ .   ^   ^ ]
//                  |   |   `---------- an older one, which a slow reader holds
//                  |   `-------------- the newest: readers come here
//                  `------------------ free: the next publish() writes here
//
// A reader counts itself at the newest copy and checks that this is still the newest; if not, it leaves without reading and
// tries the newer one. The writer looks for readers only at copies that are not the newest. Each writes before it reads, in one
// order that all threads agree on (seq_cst), so one of them sees the other.
//
// Invariant: a copy is written only while it is not the newest and no reader reads it.
//
//     operation   cost                    why
//     publish     a copy of T, Copies loads, one store; never waits, fails when every other copy is held
//     read        two atomic additions and two loads; at most `tries` times while the writer publishes in between
//     memory      Copies of T and 4 B each
//
// A reader that crashes while it reads holds its copy for ever; the writer works on with up to Copies - 2 crashed readers.
// Readers update a count, so they need write access. Guests with a read-only mapping use `price_page`. No copy is written
// while it is read, so T can have any size; the readers of a sequence lock would read torn bytes.

#pragma once

#include <maxwell/core/atomic.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

template <class T, std::size_t Copies = 3>
class published {
    static_assert(std::is_trivially_copyable_v<T>, "a copy is a memcpy");
    static_assert(Copies >= 2, "one to read and one to write");

public:
    /// How often read() looks for a copy that stays the newest for two loads.
    static constexpr int tries = 8;

    /// Makes a copy of `value` the newest and returns true. Returns false, and the one before stays the newest, if all other
    /// copies are being read. For one writer; never waits. O(sizeof(T) + Copies).
    bool publish(T const& value) noexcept {
        const std::uint32_t newest = newest_.load(memory_order::relaxed);
        for (std::uint32_t i = 0; i < Copies; ++i) {
            if (i + 1 == newest || readers_[i].load(memory_order::seq_cst) != 0) continue;
            copy_[i] = value;
            newest_.store(i + 1, memory_order::seq_cst);
            return true;
        }
        return false;
    }

    /// Calls `look(T const&)` with the newest copy, which doesn't change during the call, and returns true. Returns false,
    /// without a call, if nothing was published yet or the writer published during each of `tries` attempts. For any number
    /// of threads.
    template <class Look>
    bool read(Look look) noexcept {
        for (int n = 0; n < tries; ++n) {
            const std::uint32_t newest = newest_.load(memory_order::seq_cst);
            if (newest == 0) return false;
            const std::uint32_t i = newest - 1;
            readers_[i].fetch_add(1, memory_order::seq_cst);
            const bool still_newest = newest_.load(memory_order::seq_cst) == newest;
            if (still_newest) look(static_cast<T const&>(copy_[i]));
            readers_[i].fetch_sub(1, memory_order::release);
            if (still_newest) return true;
        }
        return false;
    }

private:
    atomic<std::uint32_t> newest_;
    atomic<std::uint32_t> readers_[Copies];
    T copy_[Copies] = {};
};

static_assert(sizeof(published<std::uint32_t, 2>) == 20);
static_assert(std::is_standard_layout_v<published<std::uint32_t>>);

}  // namespace maxwell
