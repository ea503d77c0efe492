// SPDX-License-Identifier: MIT
//
// What the audit tries to refute: a claim, a search for cases against it, and controls, which are known to be false and which the
// same search has to refute. A claim without a promise is a known limit: there the search has to find something, and its size is printed.
//
//     promise   cases against it   controls refuted     verdict
//     yes       none               yes                  held
//     yes       some               yes                  broken            exit code 1
//     yes       none or some       one of them isn't    control passed    exit code 1: the search proves nothing
//     no        some                                    limit
//     no        none                                    not found         exit code 1: the documents say that there is one; an open
//                                                                         limit may be 0

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace maxwell::audit {

/// How much is tried.
enum class effort : std::uint8_t { quick, usual, full };

/// The number for this effort.
constexpr std::size_t pick(effort e, std::size_t quick, std::size_t usual, std::size_t full) {
    return e == effort::quick ? quick : e == effort::usual ? usual : full;
}

/// What a search found.
struct finding {
    std::uint64_t cases = 0;
    std::uint64_t against = 0;  ///< cases that gain, or are overcharged, or exceed what is promised
    double worst = 0;           ///< in the claim's unit
    std::string example;  ///< of the worst, or a small one: a sentence, or a test to be pasted into tests/deviation

    /// Adds the cases of another search; the example is that of the worse case.
    finding& operator+=(finding const& other) {
        cases += other.cases;
        if (example.empty() || other.worst > worst) example = other.example.empty() ? example : other.example;
        against += other.against;
        worst = other.worst > worst ? other.worst : worst;
        return *this;
    }
};

using search = std::function<finding(effort)>;

/// Something that is known to be false, or a rule that is known to fail.
struct control {
    std::string what;
    search run;
};

struct claim {
    std::string group;
    std::string name;  ///< words joined by `_`, unique
    std::string statement;
    std::string tried;
    std::optional<double> promised;  ///< `worst` is at most this; nothing: a known limit
    std::string unit;                ///< of `worst` and `promised`
    search run;
    std::vector<control> controls;  ///< every promise has one at least
    bool open = false;              ///< a limit that need not be found: of a trace that the documents don't know
};

/// The group of the claims on one award or sale.
inline constexpr char const* decision_group = "one decision";

enum class verdict : std::uint8_t { held, broken, control_passed, limit, not_found };

constexpr std::array<char const*, 5> verdict_names = {"held", "BROKEN", "CONTROL PASSED", "limit", "NOT FOUND"};

/// Does the finding refute a promise of `at_most`? A promise of 0 is refuted by any case against it.
inline bool refutes(finding const& found, double at_most) {
    return found.worst > at_most || (at_most == 0 && found.against != 0);
}

inline verdict judge(claim const& c, finding const& found, std::vector<finding> const& of_controls) {
    if (!c.promised) return found.against != 0 || c.open ? verdict::limit : verdict::not_found;
    const auto passed = [&](finding const& f) { return !refutes(f, *c.promised); };
    if (of_controls.empty() || std::any_of(of_controls.begin(), of_controls.end(), passed))
        return verdict::control_passed;
    return found.cases == 0 || refutes(found, *c.promised) ? verdict::broken : verdict::held;
}

/// Does this verdict make the audit fail?
constexpr bool fails(verdict v) { return v != verdict::held && v != verdict::limit; }

/// All claims, in the order of the table. One function for each file of claims.
std::vector<claim> claims_on_items();
std::vector<claim> claims_on_sales();
std::vector<claim> claims_on_names();
std::vector<claim> claims_on_markets();
std::vector<claim> claims_on_moving_boundaries();
std::vector<claim> claims_on_a_thousand();
std::vector<claim> claims_on_quanta();
std::vector<claim> claims_over_time();
std::vector<claim> claims_on_samplers();
std::vector<claim> claims_on_rings();
std::vector<claim> claims_on_traces(std::vector<std::string> const& files);  ///< throws a sentence if one can't be read
std::vector<claim> claims_on_budgets();
std::vector<claim> claims_on_timing();
std::vector<claim> claims_on_learning();

/// Ten wrong payment rules, as if they were promised: all of them have to be broken.
std::vector<claim> planted_faults();

}  // namespace maxwell::audit
