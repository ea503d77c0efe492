// SPDX-License-Identifier: MIT
//
// What c_market.h declares, for one market: MAXWELL_C_MARKET_DEFINE(name, market<...>) at the global scope of one file.
//
//     caller ──C──▶ name_decide() ──▶ c_market<M>::decide() ──▶ M::decide()       casts and copies; no state of its own but the reader
//
// Compile that file with -fno-exceptions, and a C linker needs no C++ library beside it.
//
// The caller's pointers are trusted, as a host's own are; what lies on the agents' side of a board is not.

#pragma once

#include <maxwell/host/c_market.h>
#include <maxwell/market/market.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/outcome_board.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_standard_layout

namespace maxwell {

template <class M>
class c_market {
public:
    static constexpr std::size_t agents = M::capacity();
    using board = bid_cells<agents>;
    using outcomes = outcome_board<agents>;

    /// Opens an account with all that it may hold. `unknown_account` if it is open already or the terms are not allowed.
    maxwell_result open_account(std::uint32_t account, std::uint64_t per_ms, std::uint64_t most,
                                std::uint64_t now_ns) noexcept {
        return market_.accounts().open(account, {per_ms, most, 0}, now_ns) ? maxwell_ok : maxwell_unknown_account;
    }
    std::uint64_t balance(std::uint32_t account) const noexcept { return market_.accounts().balance(account); }

    /// Gives the agent its seat, its cell and its outcome. The cell is taken back if there is no seat for it.
    maxwell_result admit(void* cells, void* won, agent_id id, std::uint32_t lane, std::uint32_t account) noexcept {
        if (const status seated = market_.admit(id, {lane, account, 1, true}); seated != status::ok)
            return as_c(seated);
        if (const status listed = reader_.admit(at<board>(cells), id); listed != status::ok) {
            market_.retire(id);
            return as_c(listed);
        }
        return as_c(at<outcomes>(won).begin(id));
    }
    maxwell_result retire(void* cells, agent_id id) noexcept {
        const status left = market_.retire(id);
        return left == status::ok ? as_c(reader_.retire(at<board>(cells), id)) : as_c(left);
    }
    maxwell_result wake(agent_id id, std::uint64_t now_ns) noexcept { return as_c(market_.wake(id, now_ns)); }
    maxwell_result block(agent_id id) noexcept { return as_c(market_.block(id)); }
    maxwell_result offer(maxwell_bid const& b) noexcept { return as_c(market_.offer({b.agent, b.amount, b.units})); }

    std::size_t take(void* cells, std::size_t budget) noexcept {
        return reader_.drain(
            at<board>(cells), [&](bid const& b) noexcept { market_.offer(b); }, budget);
    }

    /// The same multiplier for all steps of the horizon, and as the safe one.
    maxwell_result schedule(price base, multiplier_q16 const* of_lane, std::uint64_t start_ns) noexcept {
        price_schedule<M::lane_count()> next;
        next.begin(start_ns, base);
        for (std::size_t l = 0; l < M::lane_count(); ++l) {
            if (!next.set(l, of_lane[l], of_lane[l])) return maxwell_unknown_lane;
        }
        market_.schedule(next);
        return maxwell_ok;
    }

    maxwell_quiet decide(std::size_t core, std::uint64_t now_ns, maxwell_award& award) noexcept {
        const decision d = market_.decide(core, now_ns);
        if (!d.run) return static_cast<maxwell_quiet>(d.why);
        award = as_c(*d.run);
        return maxwell_runs;
    }

    /// 1, and what was paid, which the agent finds in its outcome; 0 if nobody was awarded the core.
    int charge(void* won, std::size_t core, std::uint64_t used, std::uint32_t drawn_mw, maxwell_award& paid) noexcept {
        const auto settled = market_.charge(core, used, drawn_mw);
        if (!settled) return 0;
        at<outcomes>(won).post(*settled);
        paid = as_c(*settled);
        return 1;
    }

private:
    template <class T>
    static T& at(void* memory) noexcept {
        return *static_cast<T*>(memory);
    }
    static maxwell_result as_c(status s) noexcept { return static_cast<maxwell_result>(s); }
    static maxwell_award as_c(award const& a) noexcept {
        return {{a.winner.agent, a.winner.amount, a.winner.units}, a.payment};
    }

    M market_;
    board_reader<agents> reader_;
};

static_assert(static_cast<int>(status::busy) == maxwell_busy && static_cast<int>(status::no_bid) == maxwell_no_bid);
static_assert(static_cast<int>(quiet::closed) == maxwell_closed && static_cast<int>(quiet::power) == maxwell_power);

}  // namespace maxwell

#define MAXWELL_C_MARKET_DEFINE(name, ...)                                                                           \
    struct name {                                                                                                    \
        maxwell::c_market<__VA_ARGS__> is;                                                                           \
    };                                                                                                               \
    extern "C" {                                                                                                     \
    MAXWELL_C_MARKET(name);                                                                                          \
    size_t name##_size() { return sizeof(name); }                                                                    \
    size_t name##_board_size() { return sizeof(maxwell::c_market<__VA_ARGS__>::board); }                             \
    size_t name##_outcomes_size() { return sizeof(maxwell::c_market<__VA_ARGS__>::outcomes); }                       \
    maxwell_result name##_open_account(name* m, uint32_t account, uint64_t per_ms, uint64_t most, uint64_t now_ns) { \
        return m->is.open_account(account, per_ms, most, now_ns);                                                    \
    }                                                                                                                \
    uint64_t name##_balance(name const* m, uint32_t account) { return m->is.balance(account); }                      \
    maxwell_result name##_admit(name* m, void* board, void* won, uint64_t id, uint32_t lane, uint32_t account) {     \
        return m->is.admit(board, won, id, lane, account);                                                           \
    }                                                                                                                \
    maxwell_result name##_retire(name* m, void* board, uint64_t id) { return m->is.retire(board, id); }              \
    maxwell_result name##_wake(name* m, uint64_t id, uint64_t now_ns) { return m->is.wake(id, now_ns); }             \
    maxwell_result name##_block(name* m, uint64_t id) { return m->is.block(id); }                                    \
    maxwell_result name##_offer(name* m, maxwell_bid const* b) { return m->is.offer(*b); }                           \
    size_t name##_take(name* m, void* board, size_t budget) { return m->is.take(board, budget); }                    \
    maxwell_result name##_schedule(name* m, uint32_t base, uint32_t const* of_lane, uint64_t start_ns) {             \
        return m->is.schedule(base, of_lane, start_ns);                                                              \
    }                                                                                                                \
    maxwell_quiet name##_decide(name* m, uint32_t core, uint64_t now_ns, maxwell_award* award) {                     \
        return m->is.decide(core, now_ns, *award);                                                                   \
    }                                                                                                                \
    int name##_charge(name* m, void* won, uint32_t core, uint64_t used, uint32_t drawn_mw, maxwell_award* paid) {    \
        return m->is.charge(won, core, used, drawn_mw, *paid);                                                       \
    }                                                                                                                \
    }                                                                                                                \
    static_assert(sizeof(name) > 0, "a semicolon follows")
