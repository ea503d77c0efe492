// SPDX-License-Identifier: MIT
//
// The scenario of the liar's test: who sends which requests, what they are worth, and what tenant 4 says of them.
//
//     class      worth per token   first token within   share of requests
//     urgent     8                 1 s                  a fifth
//     ordinary   2                 5 s                  half
//     batch      1/2               60 s                 the rest
//
// Late, a request is worth a tenth. After three times its patience its client gives up. Requests are dealt to four tenants with equal
// budgets. With hardness h tenant 4 sends 1 + 3 h times as much, what it adds being batch, and calls a share h of everything urgent.

#pragma once

#include <maxwell/sim/random.hpp>
#include <maxwell/sim/trace/llm_generated.hpp>
#include <maxwell/sim/trace/llm_requests.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::llm {

constexpr std::size_t tenants = 4;
constexpr std::size_t liar = 3;  ///< tenant 4
constexpr std::uint64_t second_ns = 1'000'000'000;

enum class service : std::uint8_t { urgent, ordinary, batch };

/// What a token is worth, in halves.
constexpr std::uint64_t half_worth(service s) {
    return std::array<std::uint64_t, 3>{16, 4, 1}[static_cast<std::size_t>(s)];
}

/// Until when the first token has to come.
constexpr std::uint64_t patience_ns(service s) {
    return std::array<std::uint64_t, 3>{1, 5, 60}[static_cast<std::size_t>(s)] * second_ns;
}

struct request {
    std::uint64_t arrival_ns;
    std::uint32_t context;
    std::uint32_t generated;  ///< at least 1
    std::uint32_t tenant;
    service truth;
    service said;  ///< what its tenant calls it

    std::uint32_t tokens() const { return context + generated; }
};

/// What tenant 4 does with a request's class; the five misreports besides truth.
enum class misreport : std::uint8_t { none, all_urgent, all_ordinary, all_batch, a_class_up, a_class_down };
constexpr std::array<char const*, 6> misreport_names = {"truth",     "all urgent", "all ordinary",
                                                        "all batch", "a class up", "a class down"};

constexpr service said_under(misreport how, service truth) {
    const int c = static_cast<int>(truth);
    switch (how) {
        case misreport::all_urgent:
            return service::urgent;
        case misreport::all_ordinary:
            return service::ordinary;
        case misreport::all_batch:
            return service::batch;
        case misreport::a_class_up:
            return static_cast<service>(std::max(0, c - 1));
        case misreport::a_class_down:
            return static_cast<service>(std::min(2, c + 1));
        case misreport::none:
            break;
    }
    return truth;
}

using sim::random_numbers;

using sim::generated_trace;

struct scenario {
    double speed = 1.5;        ///< the trace, so many times as fast
    double flood = 1;          ///< tenant 4 sends so many times as much
    double called_urgent = 0;  ///< the share of tenant 4's requests that it calls urgent
    misreport how = misreport::none;
    double seconds = 0;  ///< of the trace at its own speed; 0: all of it
    std::uint64_t seed = 5;
};

/// The requests of a scenario, in order of arrival. The same seed deals the same requests whatever tenant 4 does.
inline std::vector<request> deal(std::vector<sim::llm_request> const& trace, scenario const& s) {
    std::vector<request> out;
    random_numbers random(s.seed);
    for (sim::llm_request const& t : trace) {
        if (s.seconds > 0 && static_cast<double>(t.arrival_us) > s.seconds * 1e6) break;
        request r{static_cast<std::uint64_t>(static_cast<double>(t.arrival_us) * 1e3 / s.speed),
                  t.context_tokens,
                  std::max(1u, t.generated_tokens),
                  static_cast<std::uint32_t>(random() % tenants),
                  service::batch,
                  service::batch};
        const std::uint64_t percent = random() % 100;
        r.truth = percent < 20 ? service::urgent : percent < 70 ? service::ordinary : service::batch;
        const double more = random.uniform() + s.flood - 1;  // so many copies, on average flood - 1
        std::array<double, 8> shift{};
        for (double& by : shift) by = random.uniform();
        const auto say = [&](request one, double dice) {
            one.said = one.tenant == liar ? said_under(s.how, one.truth) : one.truth;
            if (one.tenant == liar && dice < s.called_urgent) one.said = service::urgent;
            out.push_back(one);
        };
        say(r, shift[7]);
        if (r.tenant != liar) continue;
        r.truth = service::batch;
        for (std::size_t copy = 0; copy < 7 && static_cast<double>(copy) + 1 <= more; ++copy) {
            request c = r;
            c.arrival_ns += static_cast<std::uint64_t>(shift[copy] * 2 * second_ns);
            say(c, shift[6 - copy]);
        }
    }
    std::stable_sort(out.begin(), out.end(),
                     [](request const& a, request const& b) { return a.arrival_ns < b.arrival_ns; });
    return out;
}

}  // namespace maxwell::llm
