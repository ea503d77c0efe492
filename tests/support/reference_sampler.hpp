// SPDX-License-Identifier: MIT
//
// reference_sampler: probabilistic_sampler, the reference model of its tests.
//
// One array of agents and a scan for every question. `Draw` is the rule's and gets everything: reference_gumbel keeps scores and
// epochs by their definitions. It shares with the library only the noise itself, a function of (key, agent, epoch), which has tests
// of its own.

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/detail/gumbel_noise.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/fixed_log.hpp>
#include <maxwell/core/keyed_hash.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace maxwell::test {

/// A vector whose copy is a copy of its bytes, as a container's is.
template <std::size_t Capacity>
class short_list {
public:
    std::uint32_t* begin() { return item_; }
    std::uint32_t* end() { return item_ + size_; }
    std::uint32_t const* begin() const { return item_; }
    std::uint32_t const* end() const { return item_ + size_; }
    std::size_t size() const { return size_; }
    std::uint32_t& operator[](std::size_t i) { return item_[i]; }
    std::uint32_t operator[](std::size_t i) const { return item_[i]; }
    void push_back(std::uint32_t value) { item_[size_++] = value; }
    void pop_back() { --size_; }
    bool contains(std::uint32_t value) const { return std::find(begin(), end(), value) != end(); }

private:
    std::uint32_t item_[Capacity] = {};
    std::size_t size_ = 0;
};

struct reference_agent {
    bid offer{};               ///< units 0: none
    std::uint32_t newest = 0;  ///< generation seen
    bool retired = false;      ///< that generation has left
    bool newcomer = true;      ///< its slot has had no turn since it came, or since its stake changed
    std::uint32_t weight = 1;

    bool live() const { return offer.units != 0; }
};

/// The least amount of `offer` at which `wins()` still holds, which it does now: by its definition, a search.
template <class Wins>
price least_winning(bid& offer, price reserve, Wins wins) {
    const price amount = offer.amount;
    std::uint64_t losing = reserve;
    std::uint64_t winning = amount;
    while (losing < winning) {
        const std::uint64_t middle = (losing + winning) / 2;
        offer.amount = static_cast<price>(middle);
        const bool still = wins();
        (still ? winning : losing) = still ? middle : middle + 1;
    }
    offer.amount = amount;
    return static_cast<price>(winning);
}

/// What gumbel_rule says of itself, for every agent at every question. Epochs are a queue of slots: who has had its turn goes to
/// the end.
template <std::size_t Capacity>
class reference_gumbel {
public:
    using agents = std::array<reference_agent, Capacity>;

    void entered(agents const&, std::uint32_t slot) {
        if (!queue_.contains(
                slot)) {  // behind all that have waited longer, before all that have had their turn in this round
            queue_.push_back(slot);
            std::rotate(queue_.end() - 1 - had_turn_, queue_.end() - 1, queue_.end());
        }
    }
    void left(agents const&, std::uint32_t) {}
    void awarded(agents& all) {
        for (std::size_t turn = std::min<std::size_t>(turns_, queue_.size()); turn > 0; --turn) {
            const std::uint32_t slot = queue_[0];
            std::rotate(queue_.begin(), queue_.begin() + 1, queue_.end());
            if (static_cast<std::size_t>(++had_turn_) == queue_.size()) had_turn_ = 0;
            ++epoch_[slot];
            all[slot].newcomer = false;
        }
    }
    std::optional<award> take(agents& all, price reserve) { return top(all, reserve); }
    std::optional<award> top(agents& all, price reserve) const {
        std::size_t w = Capacity;
        for (std::size_t s = 0; s < Capacity; ++s) {
            if (may_win(all, s, reserve) && (w == Capacity || before(all, s, w))) w = s;
        }
        if (w == Capacity) return std::nullopt;
        const price paid = least_winning(all[w].offer, reserve, [&] {
            for (std::size_t s = 0; s < Capacity; ++s) {
                if (s != w && may_win(all, s, reserve) && !before(all, w, s)) return false;
            }
            return true;
        });
        return award{all[w].offer, paid};
    }

    void rekey(hash_key key) { key_ = key; }
    void temperature(price tau) { tau_ = std::clamp<price>(tau, 8, price{1} << 31); }
    void agents_per_award(std::uint32_t n) { turns_ = std::max(n, 1u); }
    void stake(agents& all, std::uint32_t slot, std::uint32_t weight) {
        weight = std::clamp(weight, 1u, 65535u);
        if (ln_q10(weight) != ln_q10(all[slot].weight)) all[slot].newcomer = true;
        all[slot].weight = weight;
    }

private:
    static std::uint64_t ln_q10(std::uint32_t weight) { return (ln_q26(weight) + 32768) >> 16; }
    std::uint64_t score(agents const& all, std::size_t s) const {
        reference_agent const& a = all[s];
        const agent_id id = make_agent_id(static_cast<std::uint32_t>(s), a.newest);
        const std::uint64_t random = keyed_hash(key_, id, epoch_[s] + 1);
        const std::uint64_t noise =
            detail::gumbel_noise::draw(static_cast<std::uint32_t>(random >> 32)) + ln_q10(a.weight);
        const int fraction = std::min(6, std::countl_zero(tau_));  // bits of a score below the tick
        return (std::uint64_t{a.offer.amount} << fraction) + (noise * tau_ >> (10 - fraction));
    }
    bool before(agents const& all, std::size_t a, std::size_t b) const {
        const std::uint64_t mine = all[a].newcomer ? all[a].offer.amount : score(all, a);
        const std::uint64_t other = all[b].newcomer ? all[b].offer.amount : score(all, b);
        return mine != other ? mine > other : a < b;
    }
    bool may_win(agents const& all, std::size_t s, price reserve) const {
        if (!all[s].live() || all[s].offer.amount < reserve) return false;
        return !all[s].newcomer || std::none_of(all.begin(), all.end(), [&](reference_agent const& a) {
            return a.live() && !a.newcomer && a.offer.amount >= reserve;
        });
    }

    hash_key key_{};
    price tau_ = price{1} << 25;
    std::uint32_t turns_ = 1;
    short_list<Capacity> queue_;
    std::ptrdiff_t had_turn_ = 0;  ///< so many at the end of the queue have had their turn in this round
    std::array<std::uint32_t, Capacity> epoch_{};
};

template <std::size_t Capacity, class Draw>
class reference_sampler {
public:
    static constexpr auction_traits traits{fidelity::sampled, fidelity::sampled, false};
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    reference_sampler() noexcept = default;
    explicit reference_sampler(std::uint64_t) noexcept {}

    std::size_t size() const noexcept {
        return static_cast<std::size_t>(
            std::count_if(all_.begin(), all_.end(), [](auto const& a) { return a.live(); }));
    }
    bool empty() const noexcept { return size() == 0; }
    price reserve() const noexcept { return reserve_; }
    void update_price(price p) noexcept {
        if constexpr (requires { draw_.reserve_changed(p < reserve_); }) draw_.reserve_changed(p < reserve_);
        reserve_ = p;
    }
    std::optional<bid> find(agent_id id) const noexcept {
        if (slot_of(id) >= Capacity || !has_bid(id)) return std::nullopt;
        return all_[slot_of(id)].offer;
    }
    std::optional<bid> find_slot(std::uint32_t slot) const noexcept {
        if (slot >= Capacity || !all_[slot].live()) return std::nullopt;
        return all_[slot].offer;
    }
    status insert(bid b) noexcept {
        if (b.units == 0) return expire(b.agent);
        if (slot_of(b.agent) >= Capacity) return status::unknown_agent;
        if (stale(b.agent)) return status::stale_agent;
        reference_agent& a = meet(b.agent);
        a.offer = b;
        draw_.entered(all_, slot_of(b.agent));
        return status::ok;
    }
    status expire(agent_id id) noexcept {
        if (slot_of(id) >= Capacity) return status::unknown_agent;
        if (stale(id)) return status::stale_agent;
        if (!has_bid(id)) return status::no_bid;
        take(slot_of(id));
        return status::ok;
    }
    status retire(agent_id id) noexcept {
        if (slot_of(id) >= Capacity) return status::unknown_agent;
        if (generation_of(id) < all_[slot_of(id)].newest) return status::stale_agent;
        meet(id).retired = true;
        if (all_[slot_of(id)].live()) take(slot_of(id));
        return status::ok;
    }
    std::optional<award> top() noexcept { return draw_.top(all_, reserve_); }
    std::optional<award> extract_max() noexcept {
        const auto won = draw_.take(all_, reserve_);
        if (!won) return won;
        take(slot_of(won->winner.agent));
        draw_.awarded(all_);
        return won;
    }
    void clear() noexcept {
        for (std::uint32_t s = 0; s < Capacity; ++s) {
            if (all_[s].live()) take(s);
        }
    }
    bool check_invariants() const noexcept { return true; }

    void rekey(hash_key key) { draw_.rekey(key); }
    void temperature(price tau) requires requires(Draw& d) { d.temperature(price{}); }
    { draw_.temperature(tau); }
    void agents_per_award(std::uint32_t n) requires requires(Draw& d) { d.agents_per_award(1u); }
    { draw_.agents_per_award(n); }
    status stake(agent_id id, std::uint32_t weight) requires requires(Draw& d, typename Draw::agents& all) {
        d.stake(all, 0u, 1u);
    }
    {
        if (slot_of(id) >= Capacity) return status::unknown_agent;
        if (stale(id)) return status::stale_agent;
        meet(id);
        draw_.stake(all_, slot_of(id), weight);
        return status::ok;
    }

private:
    bool has_bid(agent_id id) const { return all_[slot_of(id)].live() && all_[slot_of(id)].offer.agent == id; }
    bool stale(agent_id id) const {
        reference_agent const& a = all_[slot_of(id)];
        return generation_of(id) < a.newest || (generation_of(id) == a.newest && a.retired);
    }
    /// A newer generation takes the slot over, with nothing left of the older one.
    reference_agent& meet(agent_id id) {
        reference_agent& a = all_[slot_of(id)];
        if (generation_of(id) == a.newest) return a;
        if (a.live()) take(slot_of(id));
        a = {};
        a.newest = generation_of(id);
        return a;
    }
    void take(std::uint32_t slot) {
        draw_.left(all_, slot);
        all_[slot].offer = {};
    }

    std::array<reference_agent, Capacity> all_{};
    price reserve_ = 0;
    Draw draw_;
};

}  // namespace maxwell::test
