// SPDX-License-Identifier: MIT
//
// What truth over time costs: the loop of a scheduler whose agents need one slot each, with deferred_payment and without.
//
// A quantum: one or two agents arrive (load 1.5), the best is served, and those whose patience ends leave. Both loops get the same
// agents, in turns of 1,000 quanta, so whatever else the machine does meets both.

#include "panels/market/deferred.hpp"

#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/core/latency_histogram.hpp>
#include <maxwell/market/deferred_payment.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace maxwell::bench {
namespace {

constexpr std::uint32_t agents = 4096;
constexpr std::uint32_t horizon = 2048;
constexpr int turn = 1000;

class patient_loop {
public:
    patient_loop(std::uint32_t patience, bool deferred) : patience_(patience), deferred_(deferred) {
        for (std::uint32_t slot = agents; slot-- > 0;) free_.push_back(slot);
        for (auto& leaving : leaving_) leaving.reserve(16);
    }

    /// One quantum; its ticks are recorded.
    void quantum() {
        std::array<bid, 2> arriving;
        std::size_t arrivals = 0;
        for (; arrivals < 2 - now_ % 2 && !free_.empty(); ++arrivals) {
            arriving[arrivals] = {free_.back(), static_cast<price>(1 + random_() % 1'000'000), 1};
            free_.pop_back();
            leaving_[(now_ + random_() % patience_) % horizon].push_back(
                static_cast<std::uint32_t>(arriving[arrivals].agent));
        }
        auto& leaving = leaving_[now_ % horizon];
        const std::uint64_t begin = ticks_begin();
        for (std::size_t i = 0; i < arrivals; ++i) {
            tree_->insert(arriving[i]);
            if (deferred_) payments_->enter(arriving[i].agent);
        }
        const std::optional<award> won = tree_->extract_max();
        if (deferred_) {
            const std::optional<award> next = tree_->top();
            payments_->sold(won ? std::optional(won->winner) : std::nullopt,
                            next ? std::optional(next->winner) : std::nullopt, 0);
        } else if (won) {
            owed_ += won->payment;
        }
        for (const std::uint32_t slot : leaving) {
            tree_->expire(slot);
            if (deferred_) owed_ += payments_->leave(slot).value_or(0);
        }
        ticks_.record(ticks_end() - begin);
        for (const std::uint32_t slot : leaving) free_.push_back(slot);
        leaving.clear();
        ++now_;
    }

    std::uint64_t percentile(std::uint32_t per_million) const { return ticks_.percentile(per_million); }
    std::uint64_t owed() const { return owed_; }

private:
    std::uint32_t patience_;
    bool deferred_;
    std::unique_ptr<tournament_tree<agents>> tree_ = std::make_unique<tournament_tree<agents>>();
    std::unique_ptr<deferred_payment<agents, horizon>> payments_ =
        std::make_unique<deferred_payment<agents, horizon>>();
    std::vector<std::uint32_t> free_;
    std::array<std::vector<std::uint32_t>, horizon> leaving_;
    std::mt19937_64 random_{3};
    std::uint64_t now_ = 0;
    std::uint64_t owed_ = 0;
    latency_histogram<7> ticks_;
};

}  // namespace

panel_result defer_payments(panel_context const& at) {
    panel_result found;
    panel_table table{
        "A quantum of patient agents, ns",
        {"patience, slots", "p50 plain", "deferred", "ratio", "p99 plain", "deferred", "p999 plain", "deferred",
         "ratio", "paid / slot prices"},
        {},
        "tournament_tree; one or two arrivals a quantum, the best is served, whose patience ends leaves. The timer's "
        "floor is in every figure."};
    double worst_p50 = 0;
    double worst_p999 = 0;
    const int turns = at.full ? 2000 : 200;
    for (const std::uint32_t patience : {16u, 64u, 256u, 1024u}) {
        const auto plain = std::make_unique<patient_loop>(patience, false);
        const auto deferred = std::make_unique<patient_loop>(patience, true);
        for (int t = 0; t < turns; ++t) {
            for (int n = 0; n < turn; ++n) plain->quantum();
            for (int n = 0; n < turn; ++n) deferred->quantum();
        }
        const auto ns = [&](patient_loop const& loop, std::uint32_t q) { return at.clock.ns(loop.percentile(q)); };
        const double p50 = ns(*deferred, 500'000) / ns(*plain, 500'000);
        const double p999 = ns(*deferred, 999'000) / ns(*plain, 999'000);
        table.rows.push_back(
            {fmt::format("{}", patience), fmt::format("{:.0f}", ns(*plain, 500'000)),
             fmt::format("{:.0f}", ns(*deferred, 500'000)), fmt::format("{:.2f}", p50),
             fmt::format("{:.0f}", ns(*plain, 990'000)), fmt::format("{:.0f}", ns(*deferred, 990'000)),
             fmt::format("{:.0f}", ns(*plain, 999'000)), fmt::format("{:.0f}", ns(*deferred, 999'000)),
             fmt::format("{:.2f}", p999),
             fmt::format("{:.2f}", static_cast<double>(deferred->owed()) / static_cast<double>(plain->owed()))});
        worst_p50 = std::max(worst_p50, p50);
        worst_p999 = std::max(worst_p999, p999);
        at.progress(static_cast<double>(table.rows.size()) / 4, "patience");
    }
    found.tables.push_back(table);
    found.goals.push_back({"deferred_payment", "a quantum, p50: at most 2 x the plain one",
                           fmt::format("{:.2f} x at worst", worst_p50),
                           worst_p50 <= 2 ? verdict::met : verdict::missed});
    found.goals.push_back({"deferred_payment", "a quantum, p999: at most 3 x the plain one",
                           fmt::format("{:.2f} x at worst", worst_p999),
                           worst_p999 <= 3 ? verdict::met : verdict::missed});
    return found;
}

}  // namespace maxwell::bench
