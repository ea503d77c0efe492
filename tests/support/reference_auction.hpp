// SPDX-License-Identifier: MIT
//
// reference_auction: the contract, written down as plainly as possible. The oracle of all container tests.
//
// One array of slots and a scan for every question. Nothing is clever, so nothing can be subtly wrong: arrival is a 64-bit
// number that tests never wrap, the reserve is kept as given, and eligibility and rank are read off the definition.

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace maxwell::test {

/// Amounts rank as they are.
struct exact_order {
    static constexpr auction_traits traits{fidelity::exact, fidelity::exact, true};
    static constexpr std::uint64_t rank(price p) { return p; }
    static constexpr std::uint64_t ranks() { return std::uint64_t{1} << 32; }
    static constexpr price least_of_rank(std::uint64_t rank) { return static_cast<price>(rank); }
    static constexpr price reserve(price given) { return given; }
};

/// Amounts rank by their tier.
template <tier_map Tiers>
struct tier_order {
    static constexpr auction_traits traits{fidelity::tier, fidelity::tier, true};
    static constexpr std::uint64_t rank(price p) { return Tiers::index(p); }
    static constexpr std::uint64_t ranks() { return Tiers::count; }
    static constexpr price least_of_rank(std::uint64_t rank) {
        return Tiers::lower_edge(static_cast<std::uint32_t>(rank));
    }
    static constexpr price reserve(price given) {
        for (std::uint32_t tier = 0; tier < Tiers::count; ++tier) {
            if (Tiers::lower_edge(tier) >= given) return Tiers::lower_edge(tier);
        }
        return given;
    }
};

template <std::size_t Capacity, class Order>
class reference_auction {
public:
    static constexpr auction_traits traits = Order::traits;
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    constexpr reference_auction() noexcept = default;
    /// The oracle's own counter always begins at 0: that is what a container that begins elsewhere must be equal to.
    constexpr explicit reference_auction(std::uint64_t) noexcept {}

    constexpr std::size_t size() const noexcept {
        std::size_t n = 0;
        for (auto const& s : slots_) n += s.live;
        return n;
    }
    constexpr bool empty() const noexcept { return size() == 0; }
    constexpr price reserve() const noexcept { return Order::reserve(reserve_); }
    constexpr void update_price(price p) noexcept { reserve_ = p; }

    constexpr std::optional<bid> find(agent_id id) const noexcept {
        if (slot_of(id) >= Capacity) return std::nullopt;
        slot const& s = slots_[slot_of(id)];
        if (!s.live || s.offer.agent != id) return std::nullopt;
        return s.offer;
    }

    constexpr status insert(bid b) noexcept {
        if (b.units == 0) return expire(b.agent);
        if (slot_of(b.agent) >= Capacity) return status::unknown_agent;
        slot& s = slots_[slot_of(b.agent)];
        if (stale(s, b.agent)) return status::stale_agent;
        s = {b, arrivals_++, generation_of(b.agent), true, false};
        return status::ok;
    }

    constexpr status expire(agent_id id) noexcept {
        if (slot_of(id) >= Capacity) return status::unknown_agent;
        slot& s = slots_[slot_of(id)];
        if (stale(s, id)) return status::stale_agent;
        if (!s.live || s.offer.agent != id) return status::no_bid;
        s.live = false;
        return status::ok;
    }

    constexpr status retire(agent_id id) noexcept {
        if (slot_of(id) >= Capacity) return status::unknown_agent;
        slot& s = slots_[slot_of(id)];
        if (generation_of(id) < s.newest) return status::stale_agent;
        s.live = false;
        s.newest = generation_of(id);
        s.newest_has_retired = true;
        return status::ok;
    }

    constexpr std::optional<bid> find_slot(std::uint32_t s) const noexcept {
        return s < Capacity && slots_[s].live ? std::optional(slots_[s].offer) : std::nullopt;
    }

    constexpr status set_units(agent_id id, std::uint32_t units) noexcept {
        if (slot_of(id) >= Capacity) return status::unknown_agent;
        slot& s = slots_[slot_of(id)];
        if (stale(s, id)) return status::stale_agent;
        if (!s.live || s.offer.agent != id) return status::no_bid;
        if (units > s.offer.units) s.arrival = arrivals_++;
        s.offer.units = units;
        s.live = units != 0;
        return status::ok;
    }

    constexpr std::optional<award> top() const noexcept {
        const auto w = best(Capacity);
        if (w == Capacity) return std::nullopt;
        return award{slots_[w].offer, payment(w, best(w))};
    }

    constexpr std::optional<award> extract_max() noexcept {
        const auto won = top();
        if (won) slots_[slot_of(won->winner.agent)].live = false;
        return won;
    }

    /// By the definition: the first allowed of the best `probes`; it pays the least amount at which it is still that.
    template <class Allowed>
    constexpr std::optional<award> extract_max_if(Allowed allowed, std::uint32_t probes) noexcept {
        const auto w = first_allowed(allowed, probes);
        if (w == Capacity) return std::nullopt;
        const award won{slots_[w].offer, least_winning_amount(w, allowed, probes)};
        slots_[w].live = false;
        return won;
    }

    constexpr price critical_price(agent_id winner, agent_id rival) const noexcept {
        if (slot_of(winner) >= Capacity || !find(rival)) return reserve();
        return payment(slot_of(winner), slot_of(rival));
    }

    /// The best, then the best of what is left, and so on.
    constexpr std::size_t list_best(view<award> out) const noexcept {
        reference_auction rest = *this;
        std::size_t listed = 0;
        while (listed < out.size()) {
            const auto next = rest.extract_max();
            if (!next) break;
            out[listed++] = {next->winner, reserve()};
        }
        return listed;
    }

    constexpr void clear() noexcept {
        for (auto& s : slots_) s.live = false;
    }
    constexpr bool check_invariants() const noexcept { return true; }

    /// For clearing rules by their definitions (reference_clearing.hpp): the bid of a slot, whether the reserve lets it win, the
    /// same bid with another amount at its place in arrival order, and the bid of a winner leaves.
    constexpr bid bid_of(std::uint32_t s) const noexcept { return slots_[s].offer; }
    constexpr price amount(std::uint32_t s) const noexcept { return slots_[s].offer.amount; }
    constexpr bool eligible(std::size_t s) const noexcept {
        return slots_[s].live && Order::least_of_rank(Order::rank(slots_[s].offer.amount)) >= reserve_;
    }
    constexpr void amend(std::uint32_t s, price p) noexcept { slots_[s].offer.amount = p; }
    constexpr void take(agent_id id) noexcept { slots_[slot_of(id)].live = false; }

    /// The payment by its definition, a search over all amounts: what payment() must be equal to.
    template <class Allowed>
    constexpr price least_winning_amount(std::size_t w, Allowed allowed, std::uint32_t probes) const noexcept {
        reference_auction other = *this;
        std::uint64_t losing = 0;  // every amount below loses
        std::uint64_t winning = slots_[w].offer.amount;
        while (losing < winning) {
            const std::uint64_t middle = (losing + winning) / 2;
            other.slots_[w].offer.amount = static_cast<price>(middle);
            if (other.first_allowed(allowed, probes) == w) {
                winning = middle;
            } else {
                losing = middle + 1;
            }
        }
        return static_cast<price>(winning);
    }

private:
    struct slot {
        bid offer;
        std::uint64_t arrival;
        std::uint32_t newest;  ///< generation seen
        bool live;
        bool newest_has_retired;
    };

    static constexpr bool stale(slot const& s, agent_id id) noexcept {
        return generation_of(id) < s.newest || (generation_of(id) == s.newest && s.newest_has_retired);
    }

    constexpr bool before(std::size_t a, std::size_t b) const noexcept {
        const auto rank_a = Order::rank(slots_[a].offer.amount);
        const auto rank_b = Order::rank(slots_[b].offer.amount);
        return rank_a != rank_b ? rank_a > rank_b : slots_[a].arrival < slots_[b].arrival;
    }
    /// The best eligible slot other than `except`; Capacity when there is none.
    constexpr std::size_t best(std::size_t except) const noexcept {
        std::size_t found = Capacity;
        for (std::size_t s = 0; s < Capacity; ++s) {
            if (s != except && eligible(s) && (found == Capacity || before(s, found))) found = s;
        }
        return found;
    }
    constexpr price payment(std::size_t w, std::size_t rival) const noexcept {
        const price reserve = this->reserve();
        if (rival == Capacity) return reserve;
        const auto rank = Order::rank(slots_[rival].offer.amount) + (slots_[w].arrival > slots_[rival].arrival ? 1 : 0);
        if (rank >= Order::ranks()) return 0xFFFF'FFFFu;  // no amount outranks it
        return Order::least_of_rank(rank) > reserve ? Order::least_of_rank(rank) : reserve;
    }
    template <class Allowed>
    constexpr std::size_t first_allowed(Allowed allowed, std::uint32_t probes) const noexcept {
        reference_auction rest = *this;
        for (std::uint32_t probe = 0; probe < probes; ++probe) {
            const auto s = rest.best(Capacity);
            if (s == Capacity || allowed(static_cast<std::uint32_t>(s))) return s;
            rest.slots_[s].live = false;
        }
        return Capacity;
    }

    std::uint64_t arrivals_ = 0;
    price reserve_ = 0;
    std::array<slot, Capacity> slots_ = {};
};

static_assert(selective_auction<reference_auction<3, exact_order>> &&
              multi_unit_auction<reference_auction<3, exact_order>> &&
              listed_auction<reference_auction<3, exact_order>>);

}  // namespace maxwell::test
