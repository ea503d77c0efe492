// SPDX-License-Identifier: MIT
//
// The serving model: what an iteration costs and has room for; the requests of a trace with their tokens; and the policies of
// examples/llm_admission on it.

#include "../examples/llm_admission/simulate.hpp"
#include "support/dice.hpp"
#include "support/scale.hpp"
#include "trace/trace_file.hpp"

#include <maxwell/sim/serving.hpp>
#include <maxwell/sim/trace/llm_requests.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace maxwell::sim {
namespace {

constexpr std::uint64_t ms = 1'000'000;

TEST(serving_engine, an_iteration_costs_its_base_its_prompts_and_its_sequences) {
    serving_engine e({});
    EXPECT_EQ(e.iterate(), 12 * ms) << "alone";
    ASSERT_TRUE(e.admit(1000, 3));
    ASSERT_TRUE(e.admit(500, 2));
    EXPECT_EQ(e.iterate(), 12 * ms + 1500 * ms / 20 + 2 * ms * 8 / 100);
    EXPECT_EQ(e.iterate(), 12 * ms + 2 * ms * 8 / 100) << "prompts are read once";
    EXPECT_EQ(e.iterate(), 12 * ms + ms * 8 / 100) << "the second has generated its last token";
    EXPECT_TRUE(e.idle());
    EXPECT_EQ(e.free_cache(), 100'000u);
}

TEST(serving_engine, what_has_no_room_is_not_admitted) {
    serving_costs small;
    small.sequences = 2;
    small.cache_tokens = 100;
    small.prompt_tokens = 50;
    serving_engine e(small);
    EXPECT_FALSE(e.serves(60, 41));
    EXPECT_FALSE(e.admit(60, 41)) << "more than the cache";
    EXPECT_TRUE(e.admit(30, 5));
    EXPECT_FALSE(e.admit(21, 1)) << "prompt tokens of this iteration";
    EXPECT_FALSE(e.admit(10, 56)) << "cache";
    EXPECT_TRUE(e.admit(20, 5));
    EXPECT_FALSE(e.admit(1, 1)) << "sequences";
    EXPECT_EQ(e.free_sequences(), 0u);
    EXPECT_EQ(e.free_cache(), 40u);
}

TEST(serving_engine, a_prompt_longer_than_an_iteration_is_read_alone) {
    serving_engine e({});
    EXPECT_TRUE(e.admit(5000, 10));
    EXPECT_FALSE(e.fits(1, 1));
    EXPECT_EQ(e.iterate(), 12 * ms + 5000 * ms / 20 + ms * 8 / 100);
    EXPECT_TRUE(e.admit(10, 10));
    EXPECT_FALSE(e.admit(5000, 10)) << "not beside another prompt";
}

/// Whatever is admitted: counts never exceed the costs, and in the end all tokens have come and all room is free.
TEST(serving_engine, random_loads_stay_within_its_room) {
    test::dice any(1);
    for (std::size_t n = 0; n < test::scaled(300); ++n) {
        serving_costs c;
        c.sequences = 1 + any.below(8);
        c.cache_tokens = 1 + any.below(200);
        c.prompt_tokens = 1 + any.below(60);
        serving_engine e(c);
        std::vector<std::uint32_t> left;
        for (int step = 0; step < 200; ++step) {
            std::uint32_t prompts = 0;
            for (int tries = 0; tries < 3; ++tries) {
                const std::uint32_t context = any.below(80), generated = 1 + any.below(20);
                const bool fitted = e.fits(context, generated);
                ASSERT_EQ(e.admit(context, generated), fitted);
                if (!fitted) continue;
                left.push_back(generated);
                ASSERT_TRUE(prompts == 0 || prompts + context <= c.prompt_tokens);
                prompts += context;
            }
            ASSERT_LE(left.size(), c.sequences);
            const std::uint64_t cost = c.iteration_ns + prompts * c.prompt_token_ns + left.size() * c.sequence_ns;
            ASSERT_EQ(e.iterate(), cost);
            for (std::uint32_t& l : left) --l;
            std::erase(left, 0u);
            ASSERT_EQ(e.free_sequences(), c.sequences - left.size());
            ASSERT_TRUE(!left.empty() || e.free_cache() == c.cache_tokens);
        }
    }
}

TEST(llm_requests, tokens_are_read_in_order_of_arrival_and_broken_lines_counted) {
    const test::trace_file file(
        "TIMESTAMP,ContextTokens,GeneratedTokens\n"
        "2023-11-16 18:17:04.5,300,7\n\nno request\n2023-11-16 18:17:03.25,4808,10\n2023-11-16 18:17:03.5,1,2,3\n");
    const llm_reading read = read_llm_requests(file.path());
    EXPECT_EQ(read.error, "");
    EXPECT_EQ(read.broken, 2u);
    ASSERT_EQ(read.requests.size(), 2u);
    EXPECT_EQ(read.requests[0].arrival_us, 0u);
    EXPECT_EQ(read.requests[0].context_tokens, 4808u);
    EXPECT_EQ(read.requests[0].generated_tokens, 10u);
    EXPECT_EQ(read.requests[1].arrival_us, 1'250'000u);
}

TEST(llm_requests, of_every_publisher) {
    for (auto const& [name, requests, tokens] :
         {std::tuple{"burstgpt.csv", 3u, 472u}, {"burstgpt_sessions.csv", 2u, 906u}, {"mooncake.jsonl", 3u, 6755u}}) {
        const llm_reading read = read_llm_requests(MAXWELL_SAMPLES + std::string(name));
        EXPECT_EQ(read.error, "") << name;
        EXPECT_EQ(read.broken, 0u) << name;
        ASSERT_EQ(read.requests.size(), requests) << name;
        EXPECT_EQ(read.requests[0].arrival_us, 0u) << name;
        EXPECT_EQ(read.requests[0].context_tokens, tokens) << name;
    }
}

TEST(llm_requests, a_file_without_requests_is_one_sentence) {
    const test::trace_file none("a,b\n1,2\n");
    EXPECT_EQ(read_llm_requests(none.path()).error,
              none.path() + " holds no request of an LLM trace of Azure, BurstGPT or Mooncake");
    EXPECT_EQ(read_llm_requests("/no/such.csv").error, "/no/such.csv does not exist");
    EXPECT_TRUE(read_llm_requests("/no/such.csv").requests.empty());
}

TEST(llm_admission, tenant_4_alone_decides_what_tenant_4_sends) {
    const auto trace = llm::generated_trace(3);
    llm::scenario s;
    s.seconds = 60;
    const auto plain = llm::deal(trace, s);
    s.flood = 4;
    s.how = llm::misreport::all_urgent;
    const auto flooded = llm::deal(trace, s);
    const auto of_others = [](std::vector<llm::request> requests) {
        std::erase_if(requests, [](llm::request const& r) { return r.tenant == llm::liar; });
        return requests;
    };
    const auto before = of_others(plain), after = of_others(flooded);
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(before[i].arrival_ns, after[i].arrival_ns);
        EXPECT_EQ(before[i].said, after[i].said);
        EXPECT_EQ(before[i].said, before[i].truth);
    }
    const auto more =
        static_cast<double>(flooded.size() - after.size()) / static_cast<double>(plain.size() - before.size());
    EXPECT_NEAR(more, 4, .2);
    for (llm::request const& r : flooded) EXPECT_TRUE(r.tenant != llm::liar || r.said == llm::service::urgent);
}

/// With assertions on: what a sale admits fits the engine, and credits are conserved.
TEST(llm_admission, truthful_tenants_keep_their_value_under_the_market) {
    const auto trace = llm::generated_trace(3);
    llm::scenario s;
    s.seconds = test::small_scale() ? 20 : 150;
    std::vector<double> honest;
    for (double hardness : {0., 1.}) {
        s.flood = 1 + 3 * hardness;
        s.called_urgent = hardness;
        const auto requests = llm::deal(trace, s);
        llm::market_policy market(requests, 6000);
        const llm::result r = llm::simulate(requests, market, {});
        honest.push_back(r.honest());
        EXPECT_TRUE(market.books().check_invariants());
        EXPECT_GT(market.books().revenue(), 0u);
    }
    EXPECT_GT(honest[1], .9 * honest[0]);
    if (test::small_scale()) return;  // too short for a queue
    const auto requests = llm::deal(trace, s);
    const auto under_priority = llm::make_policy(llm::policy_kind::priority, requests, 6000);
    EXPECT_LT(llm::simulate(requests, *under_priority, {}).honest(), .5 * honest[0]) << "the control";
}

}  // namespace
}  // namespace maxwell::sim
