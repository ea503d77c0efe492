// SPDX-License-Identifier: MIT

#include <maxwell/core/atomic.hpp>

namespace maxwell {

template class atomic<std::uint8_t>;
template class atomic<std::uint16_t>;
template class atomic<std::int32_t>;
template class atomic<std::uint64_t>;

// Not by name: clang 14 would then instantiate the members that only integers have.
struct pair {
    std::uint32_t first, second;
};
bool use(atomic<pair>& shared, pair expected) {
    shared.store(shared.load(memory_order::acquire), memory_order::release);
    const pair old = shared.exchange(expected, memory_order::acq_rel);
    return shared.compare_exchange(expected, old, memory_order::seq_cst, memory_order::relaxed);
}

void fence() { atomic_thread_fence(memory_order::seq_cst); }

}  // namespace maxwell
