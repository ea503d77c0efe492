// SPDX-License-Identifier: MIT
//
// THE list of what is measured: Maxwell's containers and the structures that one would use instead. A new container or
// peer adds an entry here, and everything else, differential test, cases, tables and ratios, follows.

#pragma once

#include "cases/ablations.hpp"
#include "peers/boost_heaps.hpp"
#include "peers/btree_set.hpp"
#include "peers/d_ary_fifo.hpp"
#include "peers/ffs_queue.hpp"
#include "peers/lottery_lists.hpp"
#include "peers/lottery_trees.hpp"
#include "peers/multiset.hpp"
#include "peers/peer.hpp"
#include "peers/priority_queue.hpp"
#include "peers/rbtree.hpp"
#include "peers/skip_list.hpp"
#include "peers/sorted_auction.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/probabilistic_sampler.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace maxwell::bench {

/// Is the payment critical, for each draw where there are draws?
template <class A>
constexpr bool critical() {
    if constexpr (requires { typename A::rule; }) {
        return A::rule::truthful_for_every_draw;
    } else {
        return true;
    }
}

/// A container of Maxwell: its capacity is part of its type.
template <template <std::size_t> class Container>
struct container_entry {
    template <std::size_t Capacity>
    using type = Container<Capacity>;
    static constexpr bool fixed_capacity = true;
    static constexpr structure_info describe(std::string_view name, std::string_view about) {
        constexpr auction_traits t = Container<16>::traits;
        return {name, about, origin::maxwell, t.winner, t.fifo_ties, true, critical<Container<16>>()};
    }
};

/// A peer: its capacity is a parameter of its constructor.
template <class Peer>
struct peer_entry {
    template <std::size_t>
    using type = Peer;
    static constexpr bool fixed_capacity = false;
    static constexpr structure_info info = Peer::info;
};

/// Remembers the last bid and lets it win: what loops, arrays of amounts and the sink cost without an auction.
struct no_auction {
    static constexpr structure_info info{.name = "harness",
                                         .about = "no auction at all: what the measuring costs",
                                         .from = origin::harness,
                                         .order = fidelity::sampled,
                                         .keeps_fifo = false,
                                         .keeps_generations = false,
                                         .critical_payment = false};

    explicit no_auction(std::size_t) {}
    std::size_t size() const noexcept { return 1; }
    status insert(bid b) noexcept {
        last = b;
        return status::ok;
    }
    status expire(agent_id id) noexcept {
        last.agent = id;
        return status::ok;
    }
    void update_price(price p) noexcept { last.amount = p; }
    std::optional<award> top() const noexcept { return award{last, last.amount}; }
    std::optional<award> extract_max() const noexcept { return top(); }

    bid last{0, 1, 1};
};

template <std::size_t Capacity>
using default_stratified_buckets = stratified_buckets<Capacity>;

struct stratified_buckets_entry : container_entry<default_stratified_buckets> {
    static constexpr structure_info info =
        describe("stratified_buckets", "tiers of prices, a FIFO in each, a bitmap of those in use");
};

template <std::size_t Capacity>
using adaptive_buckets = stratified_buckets<Capacity, adaptive_tiers<>>;

struct adaptive_buckets_entry : container_entry<adaptive_buckets> {
    using first_boundaries = adaptive_tiers<>;
    static constexpr structure_info info =
        describe("adaptive_buckets", "stratified_buckets with 256 tiers whose boundaries follow the bids");
};

template <int Bits>
struct buckets_of {
    template <std::size_t Capacity>
    using type = stratified_buckets<Capacity, log_linear_tiers<Bits>>;
};

struct buckets_of_124_entry : container_entry<buckets_of<2>::type> {
    using tiers = log_linear_tiers<2>;
    static constexpr structure_info info = describe("buckets_of_124", "stratified_buckets with 124 tiers, 25 % wide");
};

struct buckets_of_64_entry : container_entry<buckets_of<1>::type> {
    using tiers = log_linear_tiers<1>;
    static constexpr structure_info info =
        describe("buckets_of_64", "stratified_buckets with 64 tiers, 50 % wide: the bitmap is one word");
};

template <std::size_t Capacity>
using default_tournament_tree = tournament_tree<Capacity>;

struct tournament_tree_entry : container_entry<default_tournament_tree> {
    static constexpr structure_info info =
        describe("tournament_tree", "a winner tree of whole keys over the slots, its depth fixed");
};

template <std::size_t Capacity>
using default_lazy_heap = lazy_heap<Capacity>;

struct lazy_heap_entry : container_entry<default_lazy_heap> {
    static constexpr structure_info info =
        describe("lazy_heap", "the best bid in front of a winner tree of the others");
};

template <std::size_t Capacity>
using gumbel_sampler = probabilistic_sampler<Capacity>;
template <std::size_t Capacity>
using choices_sampler = probabilistic_sampler<Capacity, choices_rule<16>>;
template <std::size_t Capacity>
using lottery_sampler = probabilistic_sampler<Capacity, lottery_rule>;

struct gumbel_entry : container_entry<gumbel_sampler> {
    static constexpr structure_info info = describe("sampler_gumbel", "price plus keyed noise, the highest wins");
};
struct choices_entry : container_entry<choices_sampler> {
    static constexpr structure_info info = describe("sampler_choices16", "the best of 16 drawn bidders");
};
struct lottery_entry : container_entry<lottery_sampler> {
    static constexpr structure_info info =
        describe("sampler_lottery", "tickets in proportion to bids, Myerson's payment");
};

template <class... Entries>
struct structure_list {};

// In parts, so that they compile side by side; tables show them in this order.
using bucket_containers =
    structure_list<stratified_buckets_entry, buckets_of_124_entry, buckets_of_64_entry, adaptive_buckets_entry>;
using exact_containers = structure_list<tournament_tree_entry, lazy_heap_entry>;
using queues_and_heaps = structure_list<peer_entry<ffs_queue>,                          //
                                        peer_entry<lazy_priority_queue>,                //
                                        peer_entry<boost_heap_auction<d_ary_flavour>>,  //
                                        peer_entry<d_ary_fifo>,                         //
                                        peer_entry<boost_heap_auction<pairing_flavour>>>;
using ordered_sets = structure_list<peer_entry<rbtree_auction>,               //
                                    peer_entry<multiset_auction>,             //
                                    peer_entry<btree_set_auction>,            //
                                    peer_entry<skip_list>,                    //
                                    peer_entry<sorted_auction<exact_order>>,  //
                                    peer_entry<no_auction>>;

// `quantum`, `hold` and `update_price` with uniform amounts only.
using samplers = structure_list<gumbel_entry, choices_entry, lottery_entry,  //
                                peer_entry<lottery<ticket_tree>>,            //
                                peer_entry<lottery<fenwick_tree>>,           //
                                peer_entry<lottery<move_to_front_list>>,     //
                                peer_entry<lottery<alias_table>>,            //
                                peer_entry<lottery<reservoir>>>;

// What a part of tournament_tree costs: `quantum` with uniform amounts only, and tables of their own.
using key_variants = structure_list<bare_winner_tree_entry, fifo_winner_tree_entry, two_level_scan_entry>;
/// At N = 1,000.
using group_variants =
    structure_list<grouped_tree_entry<1>, grouped_tree_entry<2>, grouped_tree_entry<4>,  //
                   grouped_tree_entry<8>, grouped_tree_entry<16>, grouped_tree_entry<32>, grouped_tree_entry<64>,
                   grouped_tree_entry<125>, grouped_tree_entry<250>, grouped_tree_entry<500>, grouped_tree_entry<1000>>;

}  // namespace maxwell::bench
