// SPDX-License-Identifier: MIT
//
// reference_sampler: probabilistic_sampler, written down as plainly as possible. The oracle of its tests.
//
// One array of agents and a scan for every question. `Draw` is the rule's and gets everything: flat_gumbel keeps scores and epochs
// by their definitions. It shares with the library only the noise itself, a function of (key, agent, epoch), which has tests of
// its own.

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

struct flat_agent {
    bid offer{};               ///< units 0: none
    std::uint32_t newest = 0;  ///< generation seen
    bool retired = false;      ///< that generation has left
    bool met = false;          ///< has bid, or got a stake, in this generation
    bool newcomer = false;     ///< has no noise yet
    bool aside = false;        ///< barred by the reserve when it stood in the way
    std::uint64_t passes = 0;  ///< of the cursor, when the noise was drawn
    std::uint64_t joined = 0;  ///< when it was filed with this score
    std::uint32_t weight = 1;

    bool live() const { return offer.units != 0; }
};

/// What gumbel_rule says of itself, for every agent at every question.
template <std::size_t Capacity, std::uint32_t Levels>
class flat_gumbel {
public:
    using agents = std::array<flat_agent, Capacity>;

    static std::uint64_t noise_q10(hash_key key, agent_id id, std::uint64_t epoch) {
        return detail::gumbel_noise::draw(static_cast<std::uint32_t>(keyed_hash(key, id, epoch) >> 32));
    }

    void entered(agents& all, std::uint32_t slot) {
        flat_agent& a = all[slot];
        if (!a.met) {
            a.met = a.newcomer = true;
            a.passes = passes(slot);
        } else if (a.passes != passes(slot)) {
            a.newcomer = false;
            a.passes = passes(slot);
        }
        file(a);
    }
    void left(agents&, std::uint32_t) {}
    void awarded(agents& all) {
        std::size_t live = 0;
        for (auto const& a : all) live += a.live();
        for (std::size_t turn = 0; turn < std::min<std::size_t>(turns_, live); ++turn) {
            while (!all[cursor_ % Capacity].live()) ++cursor_;
            flat_agent& a = all[cursor_++ % Capacity];
            a.newcomer = false;
            a.passes = passes(slot_of(a.offer.agent));
            if (!a.aside) file(a);
        }
    }
    std::optional<award> top(agents& all, price reserve) {
        tidy(all, reserve);
        std::size_t w = Capacity;
        for (std::size_t s = 0; s < Capacity; ++s) {
            if (may_win(all, s, reserve) && (w == Capacity || before(all, s, w))) w = s;
        }
        if (w == Capacity) return std::nullopt;
        // The payment by its definition: the least amount at which it still wins.
        const bid offer = all[w].offer;
        std::uint64_t losing = reserve;
        std::uint64_t winning = offer.amount;
        while (losing < winning) {
            const std::uint64_t middle = (losing + winning) / 2;
            all[w].offer.amount = static_cast<price>(middle);
            bool wins = true;
            for (std::size_t s = 0; s < Capacity; ++s)
                wins = wins && (s == w || !may_win(all, s, reserve) || before(all, w, s));
            (wins ? winning : losing) = wins ? middle : middle + 1;
        }
        all[w].offer = offer;
        return award{offer, static_cast<price>(winning)};
    }

    void rekey(agents& all, hash_key key) {
        key_ = key;
        file_all(all);
    }
    void temperature(agents& all, price tau) {
        tau_ = std::clamp<price>(tau, 32, price{1} << 31);
        shift_ = std::bit_width(tau_) - 6;
        file_all(all);
    }
    void file_all(agents& all) {
        for (flat_agent& a : all) {
            a.aside = false;
            if (a.live()) file(a);
        }
    }
    void agents_per_award(std::uint32_t n) { turns_ = std::max(n, 1u); }
    void stake(agents& all, std::uint32_t slot, std::uint32_t weight) {
        flat_agent& a = all[slot];
        weight = std::clamp(weight, 1u, 65535u);
        if (ln_q10(weight) == ln_q10(a.weight)) return;
        a.weight = weight;
        a.met = a.newcomer = true;
        a.aside = false;
        a.passes = passes(slot);
    }

private:
    static std::uint64_t ln_q10(std::uint32_t weight) { return (ln_q26(weight) + 32768) >> 16; }
    std::uint64_t passes(std::uint32_t slot) const { return cursor_ / Capacity + (slot < cursor_ % Capacity ? 1 : 0); }
    void file(flat_agent& a) {
        a.joined = joins_++;
        a.aside = false;
    }
    std::uint64_t level(price p) const { return std::min<std::uint64_t>(p >> shift_, Levels - 1); }
    std::uint64_t score(agents const& all, std::size_t s) const {
        flat_agent const& a = all[s];
        const std::uint64_t g = noise_q10(key_, a.offer.agent, a.passes + 1) + ln_q10(a.weight);
        return level(a.offer.amount) + (g * tau_ >> (10 + shift_));
    }
    bool before(agents const& all, std::size_t a, std::size_t b) const {
        if (all[a].newcomer) {
            return all[a].offer.amount != all[b].offer.amount ? all[a].offer.amount > all[b].offer.amount : a < b;
        }
        return score(all, a) != score(all, b) ? score(all, a) > score(all, b) : all[a].joined < all[b].joined;
    }
    bool may_win(agents const& all, std::size_t s, price reserve) const {
        if (!all[s].live() || all[s].aside || all[s].offer.amount < reserve) return false;
        if (!all[s].newcomer) return true;
        for (auto const& a : all) {
            if (a.live() && !a.newcomer && a.offer.amount >= reserve) return false;
        }
        return true;
    }
    /// Whoever the reserve lets in again arrives anew, highest price first; whoever it bars and stands before the winner or the
    /// runner-up is set aside.
    void tidy(agents& all, price reserve) {
        for (;;) {
            std::size_t back = Capacity;
            for (std::size_t s = 0; s < Capacity; ++s) {
                if (!all[s].live() || !all[s].aside || all[s].offer.amount < reserve) continue;
                if (back == Capacity || all[s].offer.amount > all[back].offer.amount) back = s;
            }
            if (back == Capacity) break;
            file(all[back]);
        }
        for (std::size_t first = Capacity;;) {  // the winner, and then the runner-up
            std::size_t best = Capacity;
            for (std::size_t s = 0; s < Capacity; ++s) {
                if (s == first || !all[s].live() || all[s].newcomer || all[s].aside) continue;
                if (best == Capacity || before(all, s, best)) best = s;
            }
            if (best == Capacity) break;
            all[best].aside = all[best].offer.amount < reserve;
            if (all[best].aside) continue;
            if (first != Capacity) break;
            first = best;
        }
    }

    hash_key key_{};
    price tau_ = price{1} << 25;
    int shift_ = 20;
    std::uint32_t turns_ = 1;
    std::uint64_t cursor_ = 0;  ///< in slots, and never reduced
    std::uint64_t joins_ = 0;
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
    void update_price(price p) noexcept { reserve_ = p; }
    std::optional<bid> find(agent_id id) const noexcept {
        if (slot_of(id) >= Capacity || !has_bid(id)) return std::nullopt;
        return all_[slot_of(id)].offer;
    }
    status insert(bid b) noexcept {
        if (b.units == 0) return expire(b.agent);
        if (slot_of(b.agent) >= Capacity) return status::unknown_agent;
        if (stale(b.agent)) return status::stale_agent;
        flat_agent& a = meet(b.agent);
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
        const auto won = top();
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

    void rekey(hash_key key) { draw_.rekey(all_, key); }
    void temperature(price tau) requires requires(Draw& d, typename Draw::agents& all) { d.temperature(all, price{}); }
    { draw_.temperature(all_, tau); }
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
        flat_agent const& a = all_[slot_of(id)];
        return generation_of(id) < a.newest || (generation_of(id) == a.newest && a.retired);
    }
    /// A newer generation takes the slot over, with nothing left of the older one.
    flat_agent& meet(agent_id id) {
        flat_agent& a = all_[slot_of(id)];
        if (generation_of(id) == a.newest) return a;
        if (a.live()) take(slot_of(id));
        a = {};
        a.newest = generation_of(id);
        return a;
    }
    void take(std::uint32_t slot) {
        draw_.left(all_, slot);
        all_[slot].offer = {};
        all_[slot].aside = false;
    }

    std::array<flat_agent, Capacity> all_{};
    price reserve_ = 0;
    Draw draw_;
};

}  // namespace maxwell::test
