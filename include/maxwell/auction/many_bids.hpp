// SPDX-License-Identifier: MIT
//
// Many bids at once: a loop over all live bids, and an insert of a whole list.
//
//     for (bid b : live_bids(market)) ...      the live bids in the order of their slots
//     insert_all(market, bids)                 like insert for each, in their order; exact containers do it in O(N)
//
//     operation    cost                             why
//     live_bids    O(Capacity) for a whole loop     every slot is looked at
//     insert_all   O(bids), or O(bids * log N)      a tree enters all leaves and plays its matches once, from an eighth of
//                                                   its slots on; below, and elsewhere, one insert each

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>   // size_t
#include <cstdint>   // uint32_t
#include <optional>  // what a slot holds

namespace maxwell {

/// The live bids of a container, for one loop: the container must neither change nor be destroyed meanwhile. Don't store it: it
/// refers to the container.
template <browsable_auction A>
class live_bids {
public:
    class iterator {
    public:
        constexpr bid operator*() const noexcept { return *found_; }
        constexpr iterator& operator++() noexcept {
            ++slot_;
            skip_empty_slots();
            return *this;
        }
        friend constexpr bool operator==(iterator const& a, iterator const& b) noexcept { return a.slot_ == b.slot_; }

    private:
        friend live_bids;
        constexpr iterator(A const& a, std::size_t slot) noexcept : a_(&a), slot_(slot) { skip_empty_slots(); }
        constexpr void skip_empty_slots() noexcept {
            for (; slot_ < A::capacity(); ++slot_) {
                found_ = a_->find_slot(static_cast<std::uint32_t>(slot_));
                if (found_) return;
            }
        }

        A const* a_;
        std::size_t slot_;
        std::optional<bid> found_;  ///< of slot_, unless that is the end
    };

    constexpr explicit live_bids(A const& a) noexcept : a_(&a) {}
    constexpr iterator begin() const noexcept { return {*a_, 0}; }
    constexpr iterator end() const noexcept { return {*a_, A::capacity()}; }

private:
    A const* a_;
};

/// Enters all of `bids`, as insert would one after the other, and returns how many of them were `ok`. The others change nothing.
template <auction A>
constexpr std::size_t insert_all(A& a, view<bid const> bids) noexcept {
    if constexpr (requires { a.insert_all(bids); }) {
        return a.insert_all(bids);
    } else {
        std::size_t entered = 0;
        for (bid const& b : bids) entered += a.insert(b) == status::ok ? 1 : 0;
        return entered;
    }
}

}  // namespace maxwell
