// SPDX-License-Identifier: MIT
//
// exact_auction: what tournament_tree and lazy_heap have in common: bids are keys in an exact_book, best first by key.
//
// The containers differ in where they keep the keys. Beside `book_`, each supplies
//
//     best()                   the greatest key, 0 without one
//     key_of(slot)             the key of the slot's live bid, 0 without one
//     next_after(k)            the greatest key below k, 0 without one
//     set_key(slot, old, k)    the slot's key changes from `old` to `k`; 0: no bid
//     remove(slot, extracted)  its bid leaves: `extracted` by its key, or withdrawn, 0
//     rename(slot, low)        the lower half of the slot's key becomes `low`, which changes no order
//     is_dear(slot)            would that take many steps?
//     set_leaf(slot, k)        set_key without the matches above the leaf; rebuild() then plays all of them
//
//     operation            cost                   why
//     list_best            O(out.size() log N)    each is taken out in its turn, then all are put back
//     clear                O(live bids * log N)   one path each
//     insert_all           O(bids + N)            all leaves, then all matches once; few bids: a path each

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/detail/exact_book.hpp>
#include <maxwell/auction/detail/slot_auction.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>   // size_t
#include <cstdint>   // uint32_t
#include <optional>  // award_to

namespace maxwell::detail {

template <class Container, std::size_t Capacity>
class exact_auction : public slot_auction<Container, Capacity> {
    static_assert(Capacity > 0 && Capacity <= 16384,
                  "an exact container has 1 to 16,384 slots: with more, arrival numbers would be swept all the time");

protected:
    using book = exact_book<Capacity>;
    using key = typename book::key;

public:
    static constexpr auction_traits traits{fidelity::exact, fidelity::exact, true};

    /// The reserve in force.
    constexpr price reserve() const noexcept { return self().book_.reserve(); }

    /// Sets the reserve: bids below it stay in and don't win. O(1).
    constexpr void update_price(price p) noexcept { self().book_.update_price(p); }

    /// Enters all of `bids`, as insert would one after the other, and returns how many of them were `ok`. O(bids + N), or a path
    /// for each if they are fewer than an eighth of the slots.
    constexpr std::size_t insert_all(view<bid const> bids) noexcept {
        // A sweep of arrival numbers compares keys up the tree, so none may begin before rebuild() has played the matches.
        const bool few = bids.size() < Capacity / 8 || self().book_.renumber_due_within(bids.size());
        std::size_t entered = 0;
        for (bid const& b : bids) {
            const status s = few ? this->insert(b)
                                 : this->insert_by(b, [this](bid const& admitted) noexcept { enter_leaf(admitted); });
            entered += s == status::ok ? 1 : 0;
        }
        if (!few) self().rebuild();
        return entered;
    }

    /// Puts the best eligible bids into `out`, best first, as many as there are or as fit, and returns their number. Each
    /// payment is the reserve. Nothing has changed afterwards. O(out.size() * log N).
    constexpr std::size_t list_best(view<award> out) noexcept {
        return self().book_.list_best(
            out, [this]() noexcept { return self().best(); },
            [this](std::uint32_t slot, key old, key k) noexcept { self().set_key(slot, old, k); });
    }

    /// All bids leave; generations and reserve stay. O(live bids * log N).
    constexpr void clear() noexcept {
        while (self().best() != 0) self().remove(book::slot_of_key(self().best()), 0);
    }

protected:
    friend class slot_auction<Container, Capacity>;

    constexpr bool is_live(std::uint32_t slot) const noexcept { return self().key_of(slot) != 0; }
    constexpr bid bid_in(std::uint32_t slot) const noexcept { return self().book_.bid_of(self().key_of(slot)); }

    constexpr void enter(bid const& b) noexcept {
        if (self().book_.renumber_due()) [[unlikely]]
            renumber();
        const key old = self().key_of(slot_of(b.agent));
        self().set_key(slot_of(b.agent), old, self().book_.enter(b, old));
    }
    constexpr void enter_leaf(bid const& b) noexcept {
        self().set_leaf(slot_of(b.agent), self().book_.enter(b, self().key_of(slot_of(b.agent))));
    }
    constexpr void withdraw(std::uint32_t slot) noexcept { self().remove(slot, 0); }

    constexpr price critical_price_against(std::uint32_t winner, std::uint32_t rival) const noexcept {
        auto const& b = self().book_;
        return b.critical_price(b.last_key(winner, self().key_of(winner)), self().key_of(rival));
    }

    constexpr key best_candidate() const noexcept { return self().best(); }
    constexpr key next_candidate(key k) const noexcept { return self().next_after(k); }
    constexpr bool is_eligible(key k) const noexcept { return self().book_.eligible(k); }
    static constexpr std::uint32_t slot_of_candidate(key k) noexcept { return book::slot_of_key(k); }
    constexpr std::optional<award> award_to(key winner, key rival) noexcept {
        const award won{self().book_.bid_of(winner), self().book_.critical_price_of_leader(winner, rival)};
        self().remove(book::slot_of_key(winner), winner);
        return won;
    }

    /// Do the keys and the book agree? O(Capacity).
    constexpr bool book_agrees() const noexcept {
        return self().book_.check_invariants([this](std::uint32_t slot) noexcept { return self().key_of(slot); });
    }

private:
    /// Gives one or two bids new arrival numbers. Not inlined: few inserts call it.
    [[gnu::__noinline__]] constexpr void renumber() noexcept {
        self().book_.renumber([this](std::uint32_t slot, std::uint32_t low) noexcept { self().rename(slot, low); },
                              [this](std::uint32_t slot) noexcept { return self().is_dear(slot); });
    }

    constexpr Container& self() noexcept { return static_cast<Container&>(*this); }
    constexpr Container const& self() const noexcept { return static_cast<Container const&>(*this); }
};

}  // namespace maxwell::detail
