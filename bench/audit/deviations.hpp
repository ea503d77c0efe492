// SPDX-License-Identifier: MIT
//
// Deviation searches as the audit reports them: a rule together with its text, so that a counterexample is a test that compiles.

#pragma once

#include "audit/claim.hpp"

#include <maxwell/sim/deviation.hpp>

#include <functional>
#include <string>

namespace maxwell::audit {

using mechanism = std::function<sim::outcome(sim::market const&)>;

/// A mechanism, and the expression in namespace maxwell::test that makes it.
struct rule {
    std::string text;
    mechanism run;
};
#define MAXWELL_AUDIT_RULE(...) \
    ::maxwell::audit::rule { #__VA_ARGS__, __VA_ARGS__ }

/// The test that fails because of the example in `found`, which `r` is the rule of.
std::string as_test(rule const& r, sim::deviation_report const& found, sim::deviation_space const& space);

/// The finding of a report, in ticks, without an example. A truthful winner that pays more than it offered is a case too.
finding found_in(sim::deviation_report const& report, sim::deviation_space const& space);

/// Searches all of `space`. The example is the test of a smallest counterexample, unless there is one already.
finding search_rule(rule const& r, sim::deviation_space const& space, bool has_example = false);

/// The same as a claim's search, whatever the effort.
search searching(rule r, sim::deviation_space space);

}  // namespace maxwell::audit
