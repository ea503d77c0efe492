// SPDX-License-Identifier: MIT
//
// reference_adaptive_auction: adaptive tiers, written down as plainly as possible. The oracle of stratified_buckets<N, adaptive_tiers<...>>.
//
// Every bid carries a copy of the boundaries that it is filed under, departures are a list of amounts, boundaries are cut from
// it in one go, and winner and payment are read off their definitions. Three rules that are known to be wrong stand beside the
// right one, as controls for the deviation search.

#pragma once

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/concept.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/log_linear.hpp>
#include <maxwell/core/view.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace maxwell::test {

enum class moving_rule : std::uint8_t {
    sound,
    newest_prices,   ///< a winner pays an edge of the newest boundaries, whichever it is filed under
    counts_re_bids,  ///< every departure counts, however often an agent bids again
    sees_own_bid,    ///< a bid is counted as it arrives, and filed again under whatever is cut from it
};

template <std::size_t Capacity, class Tiers, moving_rule Rule = moving_rule::sound>
class reference_adaptive_auction;

template <std::size_t Capacity, std::uint32_t Count, std::uint32_t Period, moving_rule Rule>
class reference_adaptive_auction<Capacity, adaptive_tiers<Count, Period>, Rule> {
    using edges = std::array<price, Count>;

public:
    static constexpr auction_traits traits{fidelity::tier, fidelity::tier, true};
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    reference_adaptive_auction() noexcept {
        for (std::uint32_t t = 0; t < Count; ++t) newest_[t] = adaptive_tiers<Count, Period>::lower_edge(t);
    }
    explicit reference_adaptive_auction(std::uint64_t) noexcept : reference_adaptive_auction() {}

    std::size_t size() const noexcept {
        std::size_t n = 0;
        for (auto const& s : slots_) n += s.live;
        return n;
    }
    bool empty() const noexcept { return size() == 0; }
    price lower_edge(std::uint32_t tier) const noexcept { return newest_[tier]; }
    void update_price(price p) noexcept {
        asked_ = p;
        losers_ = 0;
    }
    price reserve() const noexcept {
        for (const price e : newest_) {
            if (e >= asked_) return e;
        }
        return asked_;
    }

    std::optional<bid> find(agent_id id) const noexcept {
        if (slot_of(id) >= Capacity) return std::nullopt;
        slot const& s = slots_[slot_of(id)];
        if (!s.live || s.offer.agent != id) return std::nullopt;
        return s.offer;
    }

    status insert(bid b) noexcept {
        if (b.units == 0) return expire(b.agent);
        if (slot_of(b.agent) >= Capacity) return status::unknown_agent;
        slot& s = slots_[slot_of(b.agent)];
        if (stale(s, b.agent)) return status::stale_agent;
        move_boundaries();
        if (s.live) depart(s);
        s = {b, arrivals_++, generation_of(b.agent), true, false, {}, 0, 0};
        file(s);
        if (Rule == moving_rule::sees_own_bid) {
            count(s);
            if (departed_ == Period) {
                cut();
                file(s);
            }
        }
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        if (slot_of(id) >= Capacity) return status::unknown_agent;
        slot& s = slots_[slot_of(id)];
        if (stale(s, id)) return status::stale_agent;
        if (!s.live || s.offer.agent != id) return status::no_bid;
        depart(s);
        return status::ok;
    }

    status retire(agent_id id) noexcept {
        if (slot_of(id) >= Capacity) return status::unknown_agent;
        slot& s = slots_[slot_of(id)];
        if (generation_of(id) < s.newest) return status::stale_agent;
        if (s.live) depart(s);
        s.newest = generation_of(id);
        s.newest_has_retired = true;
        return status::ok;
    }

    std::optional<bid> find_slot(std::uint32_t s) const noexcept {
        return s < Capacity && slots_[s].live ? std::optional(slots_[s].offer) : std::nullopt;
    }

    status set_units(agent_id id, std::uint32_t units) noexcept {
        if (slot_of(id) >= Capacity) return status::unknown_agent;
        slot& s = slots_[slot_of(id)];
        if (stale(s, id)) return status::stale_agent;
        if (!s.live || s.offer.agent != id) return status::no_bid;
        if (units == 0 || units > s.offer.units) return insert({id, s.offer.amount, units});
        s.offer.units = units;
        return status::ok;
    }

    std::optional<award> top() const noexcept {
        const std::size_t w = best([](std::size_t) { return true; });
        if (w == Capacity) return std::nullopt;
        const std::size_t r = best([w](std::size_t s) { return s != w; });
        return award{slots_[w].offer, price_against(slots_[w], r == Capacity ? nullptr : &slots_[r])};
    }
    std::optional<award> extract_max() noexcept {
        const auto won = take(top());
        losers_ = 0;
        return won;
    }

    template <class Allowed>
    std::optional<award> extract_max_if(Allowed allowed, std::uint32_t probes) noexcept {
        const std::size_t w = first_allowed(allowed, probes);
        if (w == Capacity) return std::nullopt;
        return take(award{slots_[w].offer, least_winning_edge(w, allowed, probes)});
    }

    price critical_price(agent_id winner, agent_id rival) const noexcept {
        if (slot_of(winner) >= Capacity) return reserve();
        return price_against(slots_[slot_of(winner)], find(rival) ? &slots_[slot_of(rival)] : nullptr);
    }
    std::size_t list_best(view<award> out) const noexcept {
        std::array<bool, Capacity> listed{};
        for (std::size_t n = 0; n < out.size(); ++n) {
            const std::size_t s = best([&](std::size_t other) { return !listed[other]; });
            if (s == Capacity) return n;
            out[n] = {slots_[s].offer, price_against(slots_[s], nullptr)};
            listed[s] = true;
        }
        return out.size();
    }

    void clear() noexcept {
        for (auto& s : slots_) s.live = false;
    }
    bool check_invariants() const noexcept { return true; }

    /// For clearing rules by their definitions (reference_clearing.hpp): the bid of a slot, whether the reserve lets it win, the
    /// same bid with another amount under its own boundaries, and the bid of a winner leaves.
    bid bid_of(std::uint32_t s) const noexcept { return slots_[s].offer; }
    price amount(std::uint32_t s) const noexcept { return slots_[s].offer.amount; }
    bool eligible(std::uint32_t s) const noexcept { return eligible(slots_[s]); }
    void amend(std::uint32_t s, price p) noexcept {
        slots_[s].offer.amount = p;
        slots_[s].edge = slots_[s].filed_under[tier_of(slots_[s].filed_under, p)];
    }
    void take(agent_id id) noexcept { win(slots_[slot_of(id)]); }
    status extract(agent_id id) noexcept {
        if (!find(id)) return expire(id);
        take(id);
        return status::ok;
    }

private:
    struct slot {
        bid offer;
        std::uint64_t arrival;
        std::uint32_t newest;  ///< generation seen
        bool live;
        bool newest_has_retired;
        edges filed_under;
        price edge;         ///< the lower edge of its tier by these
        std::uint64_t era;  ///< how often boundaries had been cut before these
    };

    static bool stale(slot const& s, agent_id id) noexcept {
        return generation_of(id) < s.newest || (generation_of(id) == s.newest && s.newest_has_retired);
    }
    edges const& priced_by(slot const& s) const noexcept {
        return Rule == moving_rule::newest_prices ? newest_ : s.filed_under;
    }
    static bool before(slot const& a, slot const& b) noexcept {
        return a.edge != b.edge ? a.edge > b.edge : a.arrival < b.arrival;
    }
    bool eligible(slot const& s) const noexcept { return s.live && is_reached() && s.edge >= reserve(); }
    bool is_reached() const noexcept { return newest_[Count - 1] >= asked_; }  ///< the reserve; else nobody wins

    static std::size_t tier_of(edges const& under, price p) noexcept {
        return static_cast<std::size_t>(std::upper_bound(under.begin(), under.end(), p) - under.begin() - 1);
    }
    void file(slot& s) noexcept {
        s.filed_under = newest_;
        s.edge = newest_[tier_of(newest_, s.offer.amount)];
        s.era = era_;
    }

    /// The best eligible slot among those for which `is_asked(slot)`; Capacity when there is none.
    template <class IsAsked>
    std::size_t best(IsAsked is_asked) const noexcept {
        std::size_t found = Capacity;
        if (!is_reached()) return Capacity;
        const price reserve = this->reserve();
        for (std::size_t s = 0; s < Capacity; ++s) {
            if (!slots_[s].live || slots_[s].edge < reserve || !is_asked(s)) continue;
            if (found == Capacity || before(slots_[s], slots_[found])) found = s;
        }
        return found;
    }

    /// The least of its own edges, at or above the reserve, with which it ranks before an eligible rival.
    price price_against(slot w, slot const* rival) const noexcept {
        const price reserve = this->reserve();
        for (const price edge : priced_by(w)) {
            w.edge = edge;
            if (edge < reserve) continue;
            if (rival == nullptr || !eligible(*rival) || before(w, *rival)) return edge;
        }
        return 0xFFFF'FFFFu;
    }

    /// The first allowed of the best `probes`; Capacity when there is none.
    template <class Allowed>
    std::size_t first_allowed(Allowed allowed, std::size_t probes) const noexcept {
        std::array<bool, Capacity> seen{};
        for (std::size_t probe = 0; probe < probes; ++probe) {
            const std::size_t s = best([&](std::size_t other) { return !seen[other]; });
            if (s == Capacity || allowed(static_cast<std::uint32_t>(s))) return s;
            seen[s] = true;
        }
        return Capacity;
    }

    /// The least of its own edges with which `w` is still the first allowed.
    template <class Allowed>
    price least_winning_edge(std::size_t w, Allowed allowed, std::size_t probes) const noexcept {
        reference_adaptive_auction other = *this;
        for (const price edge : priced_by(slots_[w])) {
            other.slots_[w].edge = edge;
            if (other.first_allowed(allowed, probes) == w) return edge;
        }
        return 0xFFFF'FFFFu;
    }

    std::optional<award> take(std::optional<award> won) noexcept {
        if (won) win(slots_[slot_of(won->winner.agent)]);
        return won;
    }

    /// Winners count; of the others the first after each decision or change of the reserve.
    void win(slot& s) noexcept {
        if (Rule != moving_rule::sees_own_bid) count(s);
        s.live = false;
        losers_ = 0;
    }
    void depart(slot& s) noexcept {
        const bool counts = losers_++ == 0 || Rule == moving_rule::counts_re_bids;
        if (Rule != moving_rule::sees_own_bid && counts) count(s);
        s.live = false;
    }
    void count(slot const& s) noexcept {
        if (departed_ < Period) amounts_[departed_++] = s.offer.amount;
    }

    /// What an insert does first when Period bids have left.
    void move_boundaries() noexcept {
        if (departed_ < Period) return;
        slot* latest = nullptr;  // of those that have stayed for the whole period
        for (slot& s : slots_) {
            if (s.live && s.era != era_ && (latest == nullptr || s.arrival > latest->arrival)) latest = &s;
        }
        if (latest != nullptr) {
            file(*latest);
        } else if (++inserts_since_ == Count) {
            cut();
        }
    }

    /// Equal parts of the departed bids, where each tier counts for Period / Count bids more; in a tier they count as if they lay
    /// evenly, by price up to 2^24 and by octaves above.
    void cut() noexcept {
        using scale = log_linear<23>;
        std::array<std::uint64_t, Count> weight{};  // of a bid: Count
        for (std::uint64_t& w : weight) w = Period;
        for (const price p : amounts_) weight[tier_of(newest_, p)] += Count;
        edges next{};
        for (std::uint32_t k = 1; k < Count; ++k) {
            std::uint64_t below = std::uint64_t{2} * Period * k;
            std::uint32_t tier = 0;
            while (below >= weight[tier]) below -= weight[tier++];
            const std::uint64_t from = scale::index(newest_[tier]);
            const std::uint64_t to = tier + 1 == Count ? scale::count : scale::index(newest_[tier + 1]);
            const std::uint64_t cell = from + (to - from) * below / weight[tier];
            const price edge = std::max(newest_[tier], scale::lower_edge(static_cast<std::uint32_t>(cell)));
            next[k] = std::min(std::max(edge, next[k - 1] + 1), 0xFFFF'FFFFu - (Count - 1 - k));
        }
        newest_ = next;
        ++era_;
        departed_ = inserts_since_ = 0;
    }

    std::uint64_t arrivals_ = 0;
    std::uint64_t era_ = 0;
    price asked_ = 0;
    std::uint32_t departed_ = 0;
    std::uint64_t losers_ = 0;  ///< that have left since the last decision
    std::uint32_t inserts_since_ = 0;
    edges newest_ = {};
    std::array<price, Period> amounts_ = {};
    std::array<slot, Capacity> slots_ = {};
};

}  // namespace maxwell::test
