// SPDX-License-Identifier: MIT
//
// reference_payment: what patient agents owe, by the sentences of market/deferred_payment.hpp alone. Every agent that ever entered and
// every slot that was ever sold is kept, and the chain of displaced agents is walked from slot to slot.

#pragma once

#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::test {

class reference_payment {
public:
    reference_payment(std::uint32_t agents, std::size_t horizon) : agents_(agents), horizon_(horizon) {}

    std::size_t slots() const { return slots_.size(); }
    bool is_inside(agent_id id) const { return inside(id).has_value(); }

    status enter(agent_id id) {
        if (slot_of(id) >= agents_) return status::unknown_agent;
        for (stay const& s : stays_) {
            if (slot_of(s.id) != slot_of(id)) continue;
            if (generation_of(s.id) > generation_of(id) || (s.id == id && s.inside)) return status::stale_agent;
        }
        for (stay& s : stays_) s.inside = s.inside && slot_of(s.id) != slot_of(id);
        stays_.push_back({id, true, std::nullopt});
        return status::ok;
    }

    status sold(std::optional<bid> const& winner, std::optional<bid> const& runner_up, price reserve) {
        if (!winner && runner_up) return status::no_bid;
        if ((winner && !is_inside(winner->agent)) || (runner_up && !is_inside(runner_up->agent)))
            return status::unknown_agent;
        std::optional<offer> won, next;
        if (winner) won = offer{*inside(winner->agent), winner->amount};
        if (runner_up) next = offer{*inside(runner_up->agent), runner_up->amount};
        if (won && (won->amount < reserve || stays_[won->by].served)) return status::no_bid;
        if (next && (stays_[next->by].served || !outranks(*won, *next))) return status::no_bid;
        if (next && next->amount < reserve) next = std::nullopt;
        if (won) stays_[won->by].served = slots_.size();
        slots_.push_back({won, next, reserve});
        return status::ok;
    }

    std::optional<price> leave(agent_id id) {
        const std::optional<std::size_t> i = inside(id);
        if (!i) return std::nullopt;
        stays_[*i].inside = false;
        if (!stays_[*i].served) return std::nullopt;
        const std::size_t at = *stays_[*i].served;
        price due = price_of(slots_[at], *i);
        if (slots_.size() - at > horizon_) return due;
        for (std::size_t t = at; t < slots_.size(); ++t) {
            due = std::min(due, slots_[t].winner ? against(*slots_[t].winner, *i) : slots_[t].reserve);
        }
        for (std::size_t t = at; slots_[t].runner_up;) {  // who was displaced there, and where was it seen again?
            const std::size_t displaced = slots_[t].runner_up->by;
            while (++t < slots_.size() && !is(slots_[t].winner, displaced) && !is(slots_[t].runner_up, displaced)) {
            }
            if (t == slots_.size()) break;
            if (is(slots_[t].winner, displaced)) due = std::min(due, price_of(slots_[t], *i));
        }
        return due;
    }

private:
    struct stay {
        agent_id id;
        bool inside;
        std::optional<std::size_t> served;
    };
    struct offer {
        std::size_t by;  ///< of stays_, which are in the order of arrival
        price amount;
    };
    struct slot {
        std::optional<offer> winner, runner_up;
        price reserve;
    };

    static bool is(std::optional<offer> const& o, std::size_t by) { return o && o->by == by; }
    static bool outranks(offer const& a, offer const& b) {
        return a.amount != b.amount ? a.amount > b.amount : a.by < b.by;
    }

    std::optional<std::size_t> inside(agent_id id) const {
        for (std::size_t i = 0; i < stays_.size(); ++i) {
            if (stays_[i].id == id && stays_[i].inside) return i;
        }
        return std::nullopt;
    }

    /// The least amount with which `me` outranks the other.
    static price against(offer const& other, std::size_t me) { return other.amount + (me > other.by ? 1 : 0); }
    static price price_of(slot const& s, std::size_t me) { return s.runner_up ? against(*s.runner_up, me) : s.reserve; }

    std::uint32_t agents_;
    std::size_t horizon_;
    std::vector<stay> stays_;
    std::vector<slot> slots_;
};

}  // namespace maxwell::test
