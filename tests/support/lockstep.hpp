// SPDX-License-Identifier: MIT
//
// twin: a container and its oracle, fed the same operations and compared after each.
//
// Exhaustive enumeration, random runs, fuzzing and mutants share this one body, so whatever one of them finds can be
// replayed by the others. It reports by a sentence and not through a test framework: the fuzzer has none.

#pragma once

#include "support/reference_clearing.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/many_bids.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

namespace maxwell::test {

enum class op : std::uint8_t {
    insert,
    expire,
    retire,
    extract_max,
    extract_max_if,
    update_price,
    clear,
    quantum,
    quantum_bonus,
    extract_top,
    extract_units,
    set_units,
    insert_all,
    count,
};

/// One operation; each kind reads the fields that it needs. What a sampler doesn't know, affinity, bonuses and several places,
/// stands there for what only samplers know: stakes, the temperature, how fast epochs go by, and the key.
struct operation {
    op kind;
    std::uint8_t probes;  ///< extract_max_if: probes; extract_top, extract_units: places; insert_all: how many
    agent_id agent;
    price amount;         ///< of the bid, the new reserve, or the supply
    std::uint32_t units;  ///< of the bid; quantum_bonus: also the bonus, by its higher bits; extract_units: the rule
};

/// What one operation answered. Compared as a whole.
struct answer {
    std::optional<status> entered;
    std::optional<award> won;
    std::size_t winners = 0;
    std::array<std::optional<award>, 4> all = {};

    friend bool operator==(answer const&, answer const&) = default;
};

/// Affinity for tests: two slots of three are allowed, which ones depends on `salt`.
struct two_of_three {
    std::uint32_t salt;
    constexpr bool operator()(std::uint32_t slot) const noexcept { return (slot + salt) % 3 != 0; }
};

/// Containers clear by the library's rules, reference models by the rules' definitions, unless they are so large that trying
/// amounts takes too long.
template <class A>
inline constexpr bool by_definition = reference_model<A>&& A::capacity() <= 16;

/// Does any award ask for more than its bid offers?
inline bool overcharges(answer const& r) {
    const auto over = [](std::optional<award> const& won) { return won && won->payment > won->winner.amount; };
    for (auto const& won : r.all) {
        if (over(won)) return true;
    }
    return over(r.won);
}

template <class A>
answer perform(A& a, operation const& o) {
    answer r;
    const bid offer{o.agent, o.amount, o.units};
    switch (o.kind) {
        case op::insert:
            r.entered = a.insert(offer);
            break;
        case op::expire:
            r.entered = a.expire(o.agent);
            break;
        case op::retire:
            r.entered = a.retire(o.agent);
            break;
        case op::extract_max:
            r.won = a.extract_max();
            break;
        case op::extract_max_if:
            if constexpr (selective_auction<A>) r.won = a.extract_max_if(two_of_three{o.units}, o.probes);
            if constexpr (requires { a.stake(o.agent, o.units); }) r.entered = a.stake(o.agent, o.units);
            break;
        case op::update_price:
            a.update_price(o.amount);
            break;
        case op::clear:
            a.clear();
            break;
        case op::quantum: {
            const auto q = maxwell::quantum(a, offer);
            r.entered = q.entered;
            r.won = q.winner;
            break;
        }
        case op::quantum_bonus:
            if constexpr (by_definition<A>) {
                const auto q = quantum_by_definition(a, offer, o.units >> 8);
                r.entered = q.entered;
                r.won = q.winner;
            } else if constexpr (A::traits.winner != fidelity::sampled) {
                const auto q = maxwell::quantum(a, offer, o.units >> 8);
                r.entered = q.entered;
                r.won = q.winner;
            } else if constexpr (requires { a.temperature(o.amount); }) {
                a.temperature(o.amount);
            }
            break;
        case op::extract_top:
            if constexpr (multi_unit_auction<A>) {
                std::array<award, 4> places;
                const view<award> out = view<award>{places}.first(o.probes % 5);
                if constexpr (by_definition<A>) {
                    r.winners = top_by_definition(a, out);
                } else {
                    r.winners = maxwell::extract_top(a, out);
                }
                for (std::size_t i = 0; i < r.winners; ++i) r.all[i] = places[i];
            }
            if constexpr (requires { a.agents_per_award(o.probes); }) a.agents_per_award(o.probes);
            if constexpr (requires { a.rekey({o.agent, o.amount}); }) a.rekey({o.agent, o.amount});
            break;
        case op::extract_units:
            if constexpr (multi_unit_auction<A> && listed_auction<A>) {
                std::array<award, 4> places;
                const misfit rule = o.units % 2 == 0 ? misfit::skip : misfit::stop;
                r.winners = maxwell::extract_units(a, o.amount, view<award>{places}.first(o.probes % 5), rule);
                for (std::size_t i = 0; i < r.winners; ++i) r.all[i] = places[i];
            }
            break;
        case op::set_units:
            if constexpr (amendable_auction<A>) r.entered = a.set_units(o.agent, o.units);
            break;
        case op::insert_all: {
            // Few bids, or about as many as there are slots: some withdraw, some come twice, some have no such slot.
            const std::size_t most = o.probes % 2 == 0 ? A::capacity() + 3 : 3;
            std::array<bid, A::capacity() + 3> bids;
            for (std::uint32_t i = 0; i < most; ++i) {
                const auto slot = static_cast<std::uint32_t>((slot_of(o.agent) + i * 3) % (A::capacity() + 1));
                bids[i] = {make_agent_id(slot, generation_of(o.agent)), o.amount ^ (i * 7 % 16), (o.units + i) % 5};
            }
            r.winners = maxwell::insert_all(a, view<bid const>(bids.data(), most));
            break;
        }
        case op::count:
            break;
    }
    return r;
}

template <class A, class Oracle>
class twin {
public:
    explicit twin(std::uint64_t first_arrival = 0) : a_(first_arrival) {}

    /// Applies `o` to both. Null, or a sentence saying in what they differ.
    char const* apply(operation const& o, bool check_invariants = true) {
        const answer found = perform(a_, o);
        if (overcharges(found)) return "a winner pays more than it offered";
        if (found != perform(oracle_, o)) return "an operation answered otherwise than the oracle";
        if (a_.top() != oracle_.top()) return "the winner or its payment is not the oracle's";
        if (a_.size() != oracle_.size() || a_.empty() != oracle_.empty())
            return "the number of bids is not the oracle's";
        if (a_.reserve() != oracle_.reserve()) return "the reserve is not the oracle's";
        if (a_.find(o.agent) != oracle_.find(o.agent)) return "the agent's bid is not the oracle's";
        if constexpr (browsable_auction<A>) {
            if (a_.find_slot(slot_of(o.agent)) != oracle_.find_slot(slot_of(o.agent)))
                return "the slot's bid is not the oracle's";
        }
        if (check_invariants && !a_.check_invariants()) return "an invariant is broken";
        return nullptr;
    }

    A& container() { return a_; }

private:
    A a_;
    Oracle oracle_;
};

/// Reads an operation sequence off arbitrary bytes, 8 for each operation, and applies it: the body of the fuzzer, of its
/// corpus replay and of the mutation checks. The first byte chooses where the arrival counter begins. Amounts, generations
/// and slots are drawn from few values, so that they meet often. Null, or a sentence.
template <class A, class Oracle>
char const* run_bytes(std::uint8_t const* data, std::size_t size) {
    constexpr price amounts[] = {0,    1,    2,    3,     100,      255,      256,          257,
                                 1000, 4095, 4096, 65535, 1u << 20, 1u << 31, 0xFFFF'FFFEu, 0xFFFF'FFFFu};
    constexpr std::uint64_t first_arrivals[] = {0, ~std::uint64_t{0} - 2, (std::uint64_t{1} << 63) - 2, 0xFFFF'FFFDu,
                                                0xFFFD};
    if (size == 0) return nullptr;
    twin<A, Oracle> both(first_arrivals[data[0] % 5]);
    for (std::size_t i = 1; i + 8 <= size; i += 8) {
        std::uint8_t const* b = data + i;
        operation o{};
        o.kind = b[0] < 240   ? static_cast<op>(b[0] % 10)  // 10, so that the corpus keeps its meaning
                 : b[0] < 248 ? op::extract_units
                 : b[0] < 252 ? op::set_units
                              : op::insert_all;
        o.probes = b[1] % 8;
        // One slot in eight may be just outside; generations are mostly the newest few, sometimes the last there is.
        const auto slot = b[2] % (A::capacity() + (b[2] >= 224 ? 1 : 0));
        const std::uint32_t generation = b[3] < 250 ? b[3] % 3u : 0xFFFF'FFFFu - b[3] % 2u;
        o.agent = make_agent_id(static_cast<std::uint32_t>(slot), generation);
        o.amount = (b[4] & 1) != 0 ? amounts[b[4] >> 1 & 15] : static_cast<price>(b[5] << (b[4] >> 1 & 7));
        o.units = static_cast<std::uint32_t>(b[6] % 8 == 0 ? 0 : b[6] | b[7] << 8);
        if (char const* why = both.apply(o)) return why;
    }
    return nullptr;
}

}  // namespace maxwell::test
