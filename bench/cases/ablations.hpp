// SPDX-License-Identifier: MIT
//
// Variants of tournament_tree, to show what each part of it costs; nobody should use them.
//
//     bare_winner_tree      winner_tree over key price | slot: no arrival order, no generations
//     fifo_winner_tree      over price | arrival | slot, arrivals numbered anew as they run out: no generations
//     two_level_scan        everything, but instead of a winner tree sqrt(N) groups of sqrt(N), each scanned for its greatest key:
//                           the textbook hierarchy, O(sqrt N)
//     tournament_tree_gK    the library's, with K groups
//
// The first three are one auction of two parts: `Keys`, which gives a bid its key, and `Tree`, which finds the greatest.

#pragma once

#include "peers/peer.hpp"

#include <maxwell/auction/detail/arrival_order.hpp>
#include <maxwell/auction/detail/exact_book.hpp>
#include <maxwell/auction/detail/winner_tree.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace maxwell::bench {

using packed_key = std::uint64_t;

/// price | slot + 1. Equal bids win by slot, and a winner pays the second price.
template <std::size_t Capacity>
class bare_keys {
public:
    static constexpr bool numbers_arrivals = false;

    static std::uint32_t slot_of_key(packed_key k) noexcept { return static_cast<std::uint32_t>(k) - 1; }
    static bool admits(agent_id, packed_key) noexcept { return true; }
    std::size_t size() const noexcept { return size_; }
    void update_price(price p) noexcept { reserve_ = p; }
    bool eligible(packed_key k) const noexcept { return k != 0 && k >> 32 >= reserve_; }
    bid bid_of(packed_key k) const noexcept {
        return {slot_of_key(k), static_cast<price>(k >> 32), units_[slot_of_key(k)]};
    }
    price critical_price_of_leader(packed_key, packed_key rival) const noexcept {
        return std::max(static_cast<price>(rival >> 32), reserve_);
    }
    packed_key enter(bid b, packed_key live) noexcept {
        size_ += live == 0 ? 1 : 0;
        units_[slot_of(b.agent)] = b.units;
        return packed_key{b.amount} << 32 | (slot_of(b.agent) + 1);
    }
    void leave(std::uint32_t, packed_key) noexcept { --size_; }

private:
    price reserve_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t units_[Capacity] = {};
};

/// The key of the library's exact containers, and its order of arrivals, without anything else.
template <std::size_t Capacity>
class fifo_keys {
    using arrivals = detail::arrival_order<Capacity>;

public:
    static constexpr bool numbers_arrivals = true;

    static std::uint32_t slot_of_key(packed_key k) noexcept {
        return arrivals::slot_of_ticket(~static_cast<std::uint32_t>(k));
    }
    static bool admits(agent_id, packed_key) noexcept { return true; }
    std::size_t size() const noexcept { return size_; }
    void update_price(price p) noexcept { reserve_ = p; }
    bool eligible(packed_key k) const noexcept { return k != 0 && k >> 32 >= reserve_; }
    bid bid_of(packed_key k) const noexcept {
        return {slot_of_key(k), static_cast<price>(k >> 32), units_[slot_of_key(k)]};
    }
    price critical_price_of_leader(packed_key winner, packed_key rival) const noexcept {
        const bool later = static_cast<std::uint32_t>(winner) < static_cast<std::uint32_t>(rival);
        const packed_key least = std::min<packed_key>((rival >> 32) + (later ? 1 : 0), 0xFFFF'FFFFu);
        return std::max(static_cast<price>(least), reserve_);
    }
    packed_key enter(bid b, packed_key live) noexcept {
        if (live != 0) {
            arrivals_.leave(slot_of(b.agent));
        } else {
            ++size_;
        }
        units_[slot_of(b.agent)] = b.units;
        return packed_key{b.amount} << 32 | ~arrivals_.join(slot_of(b.agent));
    }
    void leave(std::uint32_t slot, packed_key) noexcept {
        arrivals_.leave(slot);
        --size_;
    }
    bool renumber_due() const noexcept { return arrivals_.sweep_due(); }
    template <class Rename, class IsDear>
    void renumber(Rename rename, IsDear is_dear) noexcept {
        arrivals_.sweep([&](std::uint32_t slot, std::uint32_t ticket) noexcept { rename(slot, ~ticket); }, is_dear);
    }

private:
    arrivals arrivals_;
    price reserve_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t units_[Capacity] = {};
};

/// The library's book: arrivals and generations.
template <std::size_t Capacity>
struct complete_keys : detail::exact_book<Capacity> {
    static constexpr bool numbers_arrivals = true;

    bool admits(agent_id id, packed_key live) const noexcept {
        const std::uint32_t slot = slot_of(id);
        const std::uint32_t newest = this->generation(slot);
        return generation_of(id) >= newest && (live != 0 || !this->has_retired(slot) || generation_of(id) != newest);
    }
};

/// The greatest of N keys in two levels of sqrt(N), by looking at all of a level.
template <std::size_t N>
class two_levels {
public:
    packed_key root() const noexcept { return root_; }
    packed_key leaf(std::uint32_t slot) const noexcept { return leaf_[slot]; }
    packed_key set(std::uint32_t slot, packed_key k) noexcept {
        leaf_[slot] = k;
        const std::size_t g = slot / group_size;
        group_[g] = greatest(leaf_ + g * group_size, group_size);
        return root_ = greatest(group_, groups);
    }
    packed_key rival(std::uint32_t slot) const noexcept {
        const std::size_t g = slot / group_size;
        packed_key best = 0;
        for (std::size_t i = 0; i < groups; ++i) best = std::max(best, i == g ? 0 : group_[i]);
        for (std::size_t i = g * group_size; i < (g + 1) * group_size; ++i)
            best = std::max(best, i == slot ? 0 : leaf_[i]);
        return best;
    }
    void rename(std::uint32_t slot, packed_key k) noexcept {
        const packed_key old = leaf_[slot];
        leaf_[slot] = k;
        if (group_[slot / group_size] == old) group_[slot / group_size] = k;
        if (root_ == old) root_ = k;
    }

private:
    static constexpr std::size_t root_of(std::size_t n) {
        std::size_t r = 1;
        while (r * r < n) ++r;
        return r;
    }
    static constexpr std::size_t group_size = root_of(N);
    static constexpr std::size_t groups = (N + group_size - 1) / group_size;

    static packed_key greatest(packed_key const* keys, std::size_t count) noexcept {
        packed_key best = 0;
        for (std::size_t i = 0; i < count; ++i) best = std::max(best, keys[i]);
        return best;
    }

    packed_key root_ = 0;
    packed_key group_[groups] = {};
    packed_key leaf_[groups * group_size] = {};
};

template <std::size_t Capacity, template <std::size_t> class Keys, template <std::size_t> class Tree>
class keyed_auction {
public:
    explicit keyed_auction(std::size_t) noexcept {}

    std::size_t size() const noexcept { return keys_.size(); }
    void update_price(price p) noexcept { keys_.update_price(p); }

    status insert(bid b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        if (slot >= Capacity) return status::unknown_agent;
        if (b.units == 0) return expire(b.agent);
        if (!keys_.admits(b.agent, tree_.leaf(slot))) return status::stale_agent;
        if constexpr (Keys<Capacity>::numbers_arrivals) {
            if (keys_.renumber_due()) [[unlikely]]
                renumber();
        }
        tree_.set(slot, keys_.enter(b, tree_.leaf(slot)));
        return status::ok;
    }
    status expire(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        if (!keys_.admits(id, tree_.leaf(slot))) return status::stale_agent;
        if (tree_.leaf(slot) == 0) return status::no_bid;
        keys_.leave(slot, 0);
        tree_.set(slot, 0);
        return status::ok;
    }
    std::optional<award> top() noexcept {
        const packed_key k = tree_.root();
        if (!keys_.eligible(k)) return std::nullopt;
        return award{keys_.bid_of(k), keys_.critical_price_of_leader(k, tree_.rival(keys_.slot_of_key(k)))};
    }
    std::optional<award> extract_max() noexcept {
        const packed_key k = tree_.root();
        if (!keys_.eligible(k)) return std::nullopt;
        award won{keys_.bid_of(k), 0};
        keys_.leave(keys_.slot_of_key(k), k);
        won.payment = keys_.critical_price_of_leader(k, tree_.set(keys_.slot_of_key(k), 0));
        return won;
    }

private:
    [[gnu::noinline]] void renumber() noexcept {
        keys_.renumber([this](std::uint32_t slot,
                              std::uint32_t low) noexcept { tree_.rename(slot, tree_.leaf(slot) >> 32 << 32 | low); },
                       [](std::uint32_t) noexcept { return false; });  // sweeps are not what is compared
    }

    Keys<Capacity> keys_;
    Tree<Capacity> tree_;
};

struct bare_winner_tree_entry {
    template <std::size_t Capacity>
    using type = keyed_auction<Capacity, bare_keys, detail::winner_tree>;
    static constexpr structure_info info{.name = "bare_winner_tree",
                                         .about = "a winner tree of price and slot",
                                         .from = origin::variant,
                                         .order = fidelity::exact,
                                         .keeps_fifo = false,
                                         .keeps_generations = false,
                                         .critical_payment = false};
};

struct fifo_winner_tree_entry {
    template <std::size_t Capacity>
    using type = keyed_auction<Capacity, fifo_keys, detail::winner_tree>;
    static constexpr structure_info info{.name = "fifo_winner_tree",
                                         .about = "the same, equal bids in the order of their arrival",
                                         .from = origin::variant,
                                         .order = fidelity::exact,
                                         .keeps_fifo = true,
                                         .keeps_generations = false,
                                         .critical_payment = true};
};

struct two_level_scan_entry {
    template <std::size_t Capacity>
    using type = keyed_auction<Capacity, complete_keys, two_levels>;
    static constexpr structure_info info{.name = "two_level_scan",
                                         .about = "ours, after the textbook: sqrt(N) groups, all scanned",
                                         .from = origin::variant,
                                         .order = fidelity::exact,
                                         .keeps_fifo = true,
                                         .keeps_generations = true,
                                         .critical_payment = true};
};

template <std::size_t Groups>
struct grouped_tree_entry {
    template <std::size_t Capacity>
    using type = tournament_tree<Capacity, std::min(Groups, Capacity)>;

private:
    struct text {
        std::array<char, 32> at{};
        std::size_t size = 0;
    };
    static constexpr text make_name() {
        text t;
        for (const char c : std::string_view("tournament_tree_g")) t.at[t.size++] = c;
        std::size_t place = 1;
        while (Groups / place >= 10) place *= 10;
        for (; place > 0; place /= 10) t.at[t.size++] = static_cast<char>('0' + Groups / place % 10);
        return t;
    }
    static constexpr text name = make_name();

public:
    static constexpr structure_info info{.name = {name.at.data(), name.size},
                                         .about = "tournament_tree in groups",
                                         .from = origin::variant,
                                         .order = fidelity::exact,
                                         .keeps_fifo = true,
                                         .keeps_generations = true,
                                         .critical_payment = true};
};

}  // namespace maxwell::bench
