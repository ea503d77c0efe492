// SPDX-License-Identifier: MIT
//
// Five ways to choose which waiting requests an LLM engine admits into its next iteration.
//
//     fcfs               in order of arrival
//     priority           by the class that their tenants declare, then by arrival (vLLM's priority scheduling)
//     vtc                the tenant that got the least service first (virtual token counter; Sheng et al., OSDI 2024)
//     vtc, priority      the same, and within a tenant by declared class: a tenant can only harm itself by a misreport
//     market             an auction each iteration: see market_policy
//
// All of them see the same requests, the same engine and, since the cost of a request has to be known when it is admitted, the length of
// its answer.

#pragma once

#include "scenario.hpp"

#include <maxwell/auction/clearing_units.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/market/ledger.hpp>
#include <maxwell/market/pacer.hpp>
#include <maxwell/sim/serving.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace maxwell::llm {

/// What waits, in order of arrival: indices of requests.
using queue = std::vector<std::uint32_t>;

class policy {
public:
    policy(std::vector<request> const& requests) : requests_(requests) {}
    policy(policy const&) = delete;
    policy& operator=(policy const&) = delete;
    virtual ~policy() = default;

    /// Request `r` has come; `waiting` doesn't hold it yet.
    virtual void arrive(std::uint32_t r, queue const& waiting) { static_cast<void>(r), static_cast<void>(waiting); }

    /// Admits requests of `waiting` into the engine's next iteration and puts them into `admitted`.
    virtual void choose(queue const& waiting, sim::serving_engine& engine, std::uint64_t now_ns, queue& admitted) = 0;

protected:
    request const& at(std::uint32_t r) const { return requests_[r]; }

    bool admit(std::uint32_t r, sim::serving_engine& engine, queue& admitted) const {
        if (!engine.admit(at(r).context, at(r).generated)) return false;
        admitted.push_back(r);
        return true;
    }

private:
    std::vector<request> const& requests_;
};

/// In order of arrival, or by declared class before that; the first that doesn't fit ends it.
class ordered_policy : public policy {
public:
    ordered_policy(std::vector<request> const& requests, bool by_class) : policy(requests), by_class_(by_class) {}

    void choose(queue const& waiting, sim::serving_engine& engine, std::uint64_t, queue& admitted) override {
        if (engine.free_sequences() == 0) return;
        for (const service s : {service::urgent, service::ordinary, service::batch}) {
            for (const std::uint32_t r : waiting) {
                if (by_class_ && at(r).said != s) continue;
                if (!admit(r, engine, admitted)) return;
            }
            if (!by_class_) return;
        }
    }

private:
    bool by_class_;
};

/// The tenant with the lowest counter of tokens served goes first; an answer's token counts twice. A tenant that comes back is lifted to the
/// lowest counter of those that wait, so it can't save up service.
class vtc_policy : public policy {
public:
    vtc_policy(std::vector<request> const& requests, bool by_class) : policy(requests), by_class_(by_class) {}

    void arrive(std::uint32_t r, queue const& waiting) override {
        std::optional<std::uint64_t> least;
        for (const std::uint32_t w : waiting) {
            if (at(w).tenant == at(r).tenant) return;
            const std::uint64_t served = served_[at(w).tenant];
            least = least ? std::min(*least, served) : served;
        }
        if (least) served_[at(r).tenant] = std::max(served_[at(r).tenant], *least);
    }

    void choose(queue const& waiting, sim::serving_engine& engine, std::uint64_t, queue& admitted) override {
        if (engine.free_sequences() == 0) return;
        std::array<queue, tenants> of;
        for (const std::uint32_t w : waiting) of[at(w).tenant].push_back(w);
        std::array<std::size_t, tenants> next{};
        for (queue& mine : of) {
            if (by_class_)
                std::stable_sort(mine.begin(), mine.end(), [&](auto a, auto b) { return at(a).said < at(b).said; });
        }
        for (;;) {
            std::size_t best = tenants;
            for (std::size_t t = 0; t < tenants; ++t) {
                if (next[t] < of[t].size() && (best == tenants || served_[t] < served_[best])) best = t;
            }
            if (best == tenants) return;
            const std::uint32_t r = of[best][next[best]++];
            if (!admit(r, engine, admitted)) return;
            served_[best] += at(r).context + 2 * at(r).generated;
        }
    }

private:
    bool by_class_;
    std::array<std::uint64_t, tenants> served_{};
};

/// Ours. Each iteration that has a free sequence is a sale. A bid offers what its tenant says that a microsecond of the machine is worth to
/// the request, paced by the tenant's factor and backed by its account. A winner pays its critical price for the microseconds it takes.
///
/// A request needs a sequence, cache and prompt tokens. What extract_units sells is the largest of its shares in what is left of the three,
/// in 2^20 parts of the whole: requests that fit in it together fit in each.
class market_policy : public policy {
public:
    static constexpr std::size_t capacity = 16'384;  ///< bids; of more that wait, those that came first bid
    static constexpr std::uint64_t whole = 1 << 20;
    static constexpr std::uint64_t period_ns = second_ns / 2;

    /// `credits_per_s`: of each tenant, in half worths of a token.
    market_policy(std::vector<request> const& requests, std::uint64_t credits_per_s)
        : policy(requests), refill_per_ms_(credits_per_s * ticks_per_half_worth / 1000) {
        for (std::uint32_t t = 0; t < tenants; ++t) books_.open(t, {refill_per_ms_, 10'000 * refill_per_ms_, 0}, 0);
    }

    void choose(queue const& waiting, sim::serving_engine& engine, std::uint64_t now_ns, queue& admitted) override {
        pace(now_ns);
        if (engine.free_sequences() == 0 || waiting.empty()) return;
        enter(waiting, engine, now_ns);
        for (award const& won : sell()) {
            const std::uint32_t r = waiting[slot_of(won.winner.agent)];
            const bool fits = admit(r, engine, admitted);
            MAXWELL_ASSERT(fits);
            static_cast<void>(fits);
            const std::uint32_t tenant = at(r).tenant;
            pacing_.spent(tenant, books_.debit(tenant, machine_us(r, engine), won.payment));
        }
    }

    /// Enters a bid for each waiting request; its slot is its position in `waiting`.
    void enter(queue const& waiting, sim::serving_engine const& engine, std::uint64_t now_ns) {
        auction_->clear();
        for (std::size_t slot = 0; slot < std::min(waiting.size(), capacity); ++slot) {
            const std::uint32_t r = waiting[slot];
            const std::uint64_t units = share(at(r), engine);
            if (units > whole) continue;  // it doesn't fit
            const std::uint64_t us = machine_us(r, engine);
            const price paid_up = paced(declared(at(r), us, now_ns), pacing_.factor_q16(at(r).tenant));
            const price amount = books_.backed(at(r).tenant, {slot, paid_up, static_cast<std::uint32_t>(us)}, now_ns);
            auction_->insert({slot, amount, static_cast<std::uint32_t>(units)});
        }
    }

    /// The sale among the bids that were entered.
    view<award> sell() {
        return view<award>(out_).first(extract_units(*auction_, whole, view<award>(out_), misfit::skip));
    }

    ledger<tenants> const& books() const { return books_; }
    std::uint32_t factor_q16(std::uint32_t tenant) const { return pacing_.factor_q16(tenant); }

private:
    static constexpr std::uint64_t ticks_per_half_worth = 100'000;

    std::uint64_t machine_us(std::uint32_t r, sim::serving_engine const& engine) const {
        return engine.costs().machine_ns(at(r).context, at(r).generated) / 1000 + 1;
    }

    /// Ticks per microsecond of the machine, by what the tenant says.
    static price declared(request const& r, std::uint64_t us, std::uint64_t now_ns) {
        const std::uint64_t on_time = half_worth(r.said) * r.tokens() * ticks_per_half_worth / us;
        return static_cast<price>(now_ns - r.arrival_ns > patience_ns(r.said) ? on_time / 10 : on_time);
    }

    static std::uint64_t share(request const& r, sim::serving_engine const& engine) {
        if (!engine.fits(r.context, r.generated)) return whole + 1;
        const auto of = [](std::uint64_t part, std::uint64_t all) { return (part * whole + all - 1) / all; };
        const std::uint64_t prompt = std::min(whole, of(r.context, engine.costs().prompt_tokens));
        return std::max({prompt, of(r.tokens(), engine.free_cache()), of(1, engine.free_sequences())});
    }

    void pace(std::uint64_t now_ns) {
        if (now_ns - period_began_ns_ < period_ns) return;
        const std::uint64_t budget = refill_per_ms_ * ((now_ns - period_began_ns_) / 1'000'000);
        const std::array<std::uint64_t, tenants> budgets = {budget, budget, budget, budget};
        pacing_.end_period(budgets);
        period_began_ns_ = now_ns;
    }

    std::uint64_t refill_per_ms_;
    std::uint64_t period_began_ns_ = 0;
    ledger<tenants> books_;
    pacer<tenants> pacing_;
    std::unique_ptr<stratified_buckets<capacity>> auction_ = std::make_unique<stratified_buckets<capacity>>();
    std::vector<award> out_ = std::vector<award>(capacity);
};

}  // namespace maxwell::llm
