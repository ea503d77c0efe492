// SPDX-License-Identifier: MIT
//
// Decisions as a Chrome trace: what the format's schema asks of each event, and that quanta add up.

#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/host/decision_trace.hpp>
#include <maxwell/host/market_probes.hpp>
#include <maxwell/market/market.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <sstream>

namespace maxwell::test {
namespace {

TEST(decision_trace, is_a_chrome_trace_of_every_quantum) {
    const auto m = std::make_unique<market<tournament_tree<4>, 1, free_of_charge, 2>>();
    for (agent_id id = 0; id < 2; ++id) {
        m->admit(id, {});
        m->offer({id, 10 + static_cast<price>(id), 1});
        m->wake(id, 0);
    }
    host::decision_trace trace;
    constexpr std::uint64_t quantum_ns = 100'000;
    for (std::uint64_t q = 0; q < 3000; ++q) {
        if (q == 1500) m->block(1);
        for (std::size_t core = 0; core < 2; ++core) {
            if (const auto paid = m->charge(core, 1, 0)) host::probe_charged(core, *paid);
            const decision d = m->decide(core, q * quantum_ns);
            d.run ? host::probe_decided(core, d) : host::probe_unsold(core, d);
        }
        EXPECT_EQ(trace.take_from(m->counts()), 0u);
    }
    EXPECT_EQ(trace.size(), 6000u);
    std::stringstream file;
    trace.write(file);
    const nlohmann::json parsed = nlohmann::json::parse(file);
    ASSERT_TRUE(parsed.at("traceEvents").is_array());
    ASSERT_EQ(parsed["traceEvents"].size(), 6000u - 2);
    double us[2] = {};
    std::size_t idle = 0;
    for (nlohmann::json const& e : parsed["traceEvents"]) {
        ASSERT_EQ(e.at("ph"), "X");
        ASSERT_TRUE(e.at("ts").is_number() && e.at("dur").is_number() && e.at("pid").is_number_integer());
        ASSERT_LT(e.at("tid").get<int>(), 2);
        us[e["tid"].get<std::size_t>()] += e["dur"].get<double>();
        const auto name = e.at("name").get<std::string>();
        ASSERT_TRUE(name == "agent 0" || name == "agent 1" || name == "idle") << name;
        idle += name == "idle";
        if (name == "idle") continue;
        ASSERT_LE(e.at("args").at("payment").get<price>(), e["args"]["amount"].get<price>());
    }
    EXPECT_EQ(us[0], 2999 * 100.0);
    EXPECT_EQ(us[1], 2999 * 100.0);
    EXPECT_NEAR(static_cast<double>(idle), 1500, 2);
}

TEST(decision_trace, says_how_many_decisions_it_has_missed) {
    const auto m = std::make_unique<market<tournament_tree<4>>>();
    host::decision_trace trace;
    for (std::uint64_t q = 0; q < 1030; ++q) m->decide(0, q);
    EXPECT_EQ(trace.take_from(m->counts()), 6u);
    EXPECT_EQ(trace.size(), 1024u);
    EXPECT_EQ(trace.take_from(m->counts()), 0u);
}

}  // namespace
}  // namespace maxwell::test
