// SPDX-License-Identifier: MIT

#include "sim/experiment.hpp"

#include "sim/device.hpp"
#include "sim/fleet.hpp"
#include "sim/json_object.hpp"
#include "sim/policy.hpp"
#include "sim/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace maxwell::simulator {

std::string point::label() const {
    std::string text;
    for (auto const& [key, value] : at) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", key, value);
    return text;
}

namespace {

using nlohmann::json;

sim::distribution read_distribution(object& o, std::string_view key) {
    using kind = sim::distribution_kind;
    if (o.at(key).is_number()) return {kind::constant, o.number(key, 1e-9, 1e12), 0, 0};
    object choice = o.child(key);
    const std::string name = choice.only_key();
    const std::vector<std::string_view> names = {"uniform", "exponential", "lognormal", "pareto"};
    if (std::find(names.begin(), names.end(), name) == names.end())
        choice.fail_at(name, fmt::format("is no distribution; known are {} and a number", fmt::join(names, ", ")));
    object d = choice.child(name);
    sim::distribution out;
    if (name == "uniform") {
        out = {kind::uniform, d.number("from", 0, 1e12), d.number("to", 0, 1e12), 0};
        if (out.b < out.a) d.fail_at("to", "has to be at least \"from\"");
    } else if (name == "exponential") {
        out = {kind::exponential, d.number("mean", 1e-9, 1e12), 0, 0};
    } else if (name == "lognormal") {
        out = {kind::lognormal, d.number("median", 1e-9, 1e12), d.number("sigma", 0, 10), 0};
    } else {
        out = {kind::pareto, d.number("alpha", .01, 100), d.number("from", 1e-9, 1e12), d.number("to", 1e-9, 1e12)};
        if (out.c <= out.b) d.fail_at("to", "has to be above \"from\"");
    }
    d.finish();
    return out;
}

sim::arrival_settings read_arrivals(object& o, std::string_view key) {
    object choice = o.child(key);
    const std::string name = choice.only_key();
    sim::arrival_settings out;
    if (name == "poisson") {
        object d = choice.child(name);
        out.per_s = d.number("per_second", 1e-6, 1e9);
        d.finish();
    } else if (name == "mmpp") {
        object d = choice.child(name);
        out.kind = sim::arrival_kind::mmpp;
        out.per_s = d.number("calm_per_second", 1e-6, 1e9);
        out.busy_per_s = d.number("busy_per_second", 1e-6, 1e9);
        out.calm_s = d.number("calm_ms", 1e-3, 1e9) / 1e3;
        out.busy_s = d.number("busy_ms", 1e-3, 1e9) / 1e3;
        d.finish();
    } else if (name == "pareto") {
        object d = choice.child(name);
        out.kind = sim::arrival_kind::pareto;
        out.gap_s = {sim::distribution_kind::pareto, d.number("alpha", .01, 100), d.number("from_us", 1e-3, 1e12) / 1e6,
                     d.number("to_us", 1e-3, 1e12) / 1e6};
        if (out.gap_s.c <= out.gap_s.b) d.fail_at("to_us", "has to be above \"from_us\"");
        d.finish();
    } else {
        choice.fail_at(name, "is no arrival process; known are poisson, mmpp, pareto");
    }
    return out;
}

std::optional<budget_settings> read_budget(object& o) {
    if (!o.has("budget")) return std::nullopt;
    object b = o.child("budget");
    budget_settings out{b.number("per_ms", 0, 1e9), b.number("cap", 1, 1e15)};
    b.boolean("paced", out.paced);
    b.finish();
    return out;
}

group read_group(object g, std::string const& folder) {
    group out;
    g.text("name", out.name);
    g.count("agents", out.agents, 1, max_agents);
    g.count("owners", out.owners, 1, max_agents);
    g.count("weight", out.weight, 1, 65'535);
    out.value = read_distribution(g, "value");
    g.maybe_number("correlation", out.correlation, 0, 1);
    g.maybe_number("bids", out.bids, 1e-6, 1e6);
    g.count("lane", out.lane, 0, max_lanes - 1);
    out.budget = read_budget(g);
    g.boolean("pinned", out.pinned);
    g.maybe_number("revalue_ms", out.revalue_ms, 1e-3);
    if (g.has("run_us")) out.run_us = read_distribution(g, "run_us");
    if (g.has("sleep_us")) out.sleep_us = read_distribution(g, "sleep_us");
    if (g.has("patience_us")) out.patience_us = read_distribution(g, "patience_us");
    if (g.has("arrivals")) out.arrive = read_arrivals(g, "arrivals");
    g.text("trace", out.trace);
    g.maybe_number("load", out.load, 1e-3, 1e3);
    g.finish();
    const int kinds = (out.agents != 0) + (out.arrive ? 1 : 0) + (out.trace.empty() ? 0 : 1);
    if (kinds != 1) g.fail_here("has to have one of \"agents\", \"arrivals\" and \"trace\"");
    if (out.arrive && !out.run_us) g.fail_here("has \"arrivals\" and so needs \"run_us\"");
    if (out.agents == 0 && (out.pinned || out.revalue_ms > 0 || out.sleep_us))
        g.fail_here("arrives; \"pinned\", \"revalue_ms\" and \"sleep_us\" are for agents that stay");
    if (out.agents != 0 && (out.patience_us || out.load > 0))
        g.fail_here("stays; \"patience_us\" and \"load\" are for what arrives");
    if (out.agents != 0 && out.run_us.has_value() != out.sleep_us.has_value())
        g.fail_here("has to have both \"run_us\" and \"sleep_us\" or neither");
    if (!out.trace.empty() && out.trace != "azure") {
        const auto beside = std::filesystem::path(folder) / out.trace;
        if (std::filesystem::exists(beside)) out.trace = beside.string();
        if (!std::filesystem::is_regular_file(out.trace))
            g.fail_at("trace", fmt::format("is {}, which is no file", out.trace));
    }
    return out;
}

/// What only one market for all processors has: lanes, accounts, and a board where bids are left.
void read_market(object& m, machine_settings& out) {
    if (m.has("lanes")) {
        for (json const& j : m.list("lanes")) {
            if (!j.is_number() || j.get<double>() < .01 || j.get<double>() > 1000)
                m.fail_at("lanes", "has to be a list of multipliers from 0.01 to 1000");
            out.lanes.push_back(j.get<double>());
        }
        if (out.lanes.size() > max_lanes) m.fail_at("lanes", fmt::format("has to have {} at the most", max_lanes));
        if (out.per_core) m.fail_at("lanes", "needs \"markets\": \"one\"");
    }
    out.budget = read_budget(m);
    if (out.budget && out.per_core) m.fail_at("budget", "needs \"markets\": \"one\"");
    const bool board = m.word("bids", {"calls", "board"}) == 1;
    out.from_board = board ? 16 : 0;
    if (m.has("taken") && !board) m.fail_at("taken", "needs \"bids\": \"board\"");
    m.count("taken", out.from_board, 1, max_agents);
    if (board && out.per_core) m.fail_at("bids", "needs \"markets\": \"one\"");
    if (board && out.quantum_us > 16'777) m.fail_at("bids", "needs a quantum of 16,777 us at the most");
}

machine_settings read_machine(object m) {
    machine_settings out;
    m.count("processors", out.processors, 1, max_processors);
    m.maybe_number("quantum_us", out.quantum_us, 1, 4e6);
    out.together = m.word("quanta", {"together", "apart"}) == 0;
    out.per_core = m.word("markets", {"one", "per core"}) == 1;
    m.maybe_number("decision_ns", out.decision_ns, 0, 1e9);
    m.maybe_number("wake_ns", out.wake_ns, 0, 1e9);
    m.maybe_number("steal_ns", out.steal_ns, 0, 1e9);
    if (m.has("speeds")) {
        for (json const& j : m.list("speeds")) {
            if (!j.is_number() || j.get<double>() <= 0) m.fail_at("speeds", "has to be a list of numbers above 0");
            out.speeds.push_back(j.get<double>());
        }
        if (out.speeds.size() != out.processors) m.fail_at("speeds", "has to have a number for each processor");
        if (!std::is_sorted(out.speeds.rbegin(), out.speeds.rend()))
            m.fail_at("speeds", "has to have the fastest first");
        if (!out.together) m.fail_at("speeds", "needs \"quanta\": \"together\"");
    }
    read_market(m, out);
    if (out.together && (out.decision_ns > 0 || out.wake_ns > 0 || out.steal_ns > 0))
        m.fail_here("has quanta together, where decisions take no time");
    if (m.has("thermal")) {
        if (!out.together) m.fail_at("thermal", "needs \"quanta\": \"together\"");
        if (out.quantum_us != 1000) m.fail_at("thermal", "needs a quantum of 1,000 us");
        if (out.per_core) m.fail_at("thermal", "needs \"markets\": \"one\"");
        object t = m.child("thermal");
        thermal_settings& heat = out.thermal.emplace();
        heat.plant = std::vector<std::string>{"server", "stress"}[t.word("plant", {"server", "stress"})];
        const std::vector<std::string_view> governors = {"maxwell", "power_allocator", "step_wise", "PI", "none"};
        heat.governor = std::string(governors[t.word("governor", governors)]);
        t.maybe_number("target_c", heat.target_c, 60, 110);
        t.maybe_number("limit_c", heat.limit_c, 0, 200);
        t.maybe_number("publish_ms", heat.publish_ms, 1, 1e9);
        t.maybe_number("safe", heat.safe, .01, 60);
        t.maybe_number("crash_s", heat.crash_s, 0, 1e9);
        t.finish();
    }
    m.finish();
    return out;
}

fleet_settings read_fleet(object f) {
    fleet_settings out;
    f.count("machines", out.machines, 2, 100'000);
    f.count("processors", out.processors, 1, 1024);
    f.maybe_number("epoch_ms", out.epoch_ms, .01, 1e4);
    f.maybe_number("signal_age_ms", out.signal_age_ms, 0, 1e6);
    f.maybe_number("run_ms", out.run_ms, .1, 1e6);
    f.maybe_number("patience_ms", out.patience_ms, .1, 1e6);
    f.maybe_number("load", out.load, .01, 10);
    f.maybe_number("swing", out.swing, 0, 1);
    f.maybe_number("swing_s", out.swing_s, .01, 1e6);
    f.maybe_number("move_ms", out.move_ms, 0, 1e6);
    out.value = read_distribution(f, "value");
    f.finish();
    return out;
}

device_settings read_device(object d) {
    device_settings out;
    d.count("capacity", out.capacity, 1, 1'000'000);
    d.maybe_number("batch_ms", out.batch_ms, .01, 1e6);
    d.maybe_number("load", out.load, .01, 100);
    out.units = read_distribution(d, "units");
    out.run_ms = read_distribution(d, "run_ms");
    out.patience_ms = read_distribution(d, "patience_ms");
    out.value = read_distribution(d, "value");
    d.finish();
    return out;
}

/// Jobs that arrive, need one quantum, and can wait for 1,024 of them at most.
bool all_unit_jobs(point const& p) {
    const double quantum = p.machine.quantum_us;
    return std::all_of(p.groups.begin(), p.groups.end(), [quantum](group const& g) {
        const auto at_most = [](std::optional<sim::distribution> const& d, double most) {
            using kind = sim::distribution_kind;
            if (!d || d->kind == kind::exponential || d->kind == kind::lognormal) return false;
            return (d->kind == kind::constant ? d->a : d->kind == kind::uniform ? d->b : d->c) <= most;
        };
        return g.arrive && at_most(g.run_us, quantum) && at_most(g.patience_us, 1000 * quantum);
    });
}

void check_policies(object& o, experiment const& e, point const& p) {
    if (p.fleet || p.device) {
        for (std::string const& name : e.policies) {
            if (p.fleet ? find_named(fleet_policies(), name) == nullptr
                        : find_named(device_policies(), name) == nullptr)
                o.fail_at("policies",
                          fmt::format("names \"{}\", which is no policy of a {}", name, p.fleet ? "fleet" : "device"));
        }
        return;
    }
    std::uint32_t agents = 0, owners = 0;
    bool pins = false, budgets = p.machine.budget.has_value() || !p.machine.lanes.empty();
    for (std::size_t i = 0; i < p.groups.size(); ++i) {
        group const& g = p.groups[i];
        agents += g.agents;
        owners += g.owners != 0 ? g.owners : std::max(1u, g.agents);
        budgets |= g.budget.has_value();
        pins |= g.pinned;
        if (g.lane >= std::max<std::size_t>(1, p.machine.lanes.size()))
            o.fail(fmt::format("/groups/{}/lane", i), "is none of the machine's \"lanes\"");
        if (g.budget && p.machine.per_core) o.fail(fmt::format("/groups/{}/budget", i), "needs \"markets\": \"one\"");
    }
    if (budgets && owners > max_owners)
        o.fail_at("groups", fmt::format("has {} owners; with lanes or budgets {} are possible", owners, max_owners));
    if (agents > max_agents) o.fail_at("groups", fmt::format("has {} agents; {} are possible", agents, max_agents));
    for (std::string const& name : e.policies) {
        policy_info const* info = find_policy(name);
        if (info == nullptr) o.fail_at("policies", fmt::format("names \"{}\", which --list doesn't", name));
        if (p.machine.per_core && !info->per_core)
            o.fail_at("policies",
                      fmt::format("has \"{}\", which is one for all processors: \"markets\" has to be \"one\"", name));
        if (pins && info->per_core && !p.machine.per_core)
            o.fail_at("policies", fmt::format("has \"{}\", which can't keep agents to their processors in one market: "
                                              "\"markets\" has to be \"per core\"",
                                              name));
        if (pins && !info->pins)
            o.fail_at("policies", fmt::format("has \"{}\", which can't keep agents to their processors", name));
        if (info->unit_jobs && !(p.machine.processors == 1 && all_unit_jobs(p)))
            o.fail_at("policies", fmt::format("has \"{}\", which is for one processor and arriving jobs of one quantum "
                                              "with patience_us up to 1,024 quanta",
                                              name));
        if (info->together_only && !p.machine.together)
            o.fail_at("policies", fmt::format("has \"{}\", which needs \"quanta\": \"together\"", name));
    }
}

/// The file once, for one combination of the swept values.
void read_point(json const& whole, line_map const& lines, std::string const& folder, point p, experiment& e) {
    object o(whole, "", lines);
    o.text("about", e.about);
    o.maybe_number("seconds", e.seconds, 1e-6, 1e6);
    o.maybe_number("warm_up_seconds", e.warm_up_s, 0, 1e6);
    o.count("seeds", e.seeds, 1, 1000);
    o.has("sweep");
    e.policies.clear();
    for (json const& j : o.list("policies")) {
        if (!j.is_string()) o.fail_at("policies", "has to be a list of names");
        e.policies.push_back(j.get<std::string>());
    }
    e.show.clear();
    if (o.has("show")) {
        for (json const& j : o.list("show")) {
            const auto known = [&](metric_info const& m) { return j == m.key; };
            if (std::none_of(metric_infos.begin(), metric_infos.end(), known))
                o.fail_at("show", "has to be a list of metrics' keys");
            e.show.push_back(j.get<std::string>());
        }
    }
    if (o.has("fleet")) {
        p.fleet = read_fleet(o.child("fleet"));
    } else if (o.has("device")) {
        p.device = read_device(o.child("device"));
    } else {
        p.machine = read_machine(o.child("machine"));
        json const& groups = o.list("groups");
        for (std::size_t i = 0; i < groups.size(); ++i)
            p.groups.push_back(read_group({groups[i], fmt::format("/groups/{}", i), lines}, folder));
        for (std::size_t i = 0; i < p.groups.size(); ++i) {
            if (p.groups[i].name.empty()) p.groups[i].name = fmt::format("group {}", i + 1);
        }
    }
    o.finish();
    check_policies(o, e, p);
    e.points.push_back(std::move(p));
}

std::string as_text(json const& j) { return j.is_string() ? j.get<std::string>() : j.dump(); }

/// All combinations of the values from sweep `i` on.
void read_points(json const& whole, line_map const& lines, std::string const& folder, std::size_t i, point const& p,
                 experiment& e) {
    object o(whole, "", lines);
    if (!o.has("sweep") || i == o.list("sweep").size()) return read_point(whole, lines, folder, p, e);
    const json sweeps = o.at("sweep");
    object s(sweeps[i], fmt::format("/sweep/{}", i), lines);
    std::string of;
    s.text("of", of);
    const std::string top = of.substr(0, of.find('/', 1));
    if (whole.contains(top.substr(std::min<std::size_t>(1, top.size()))) && top != "/machine" && top != "/groups" &&
        top != "/fleet" && top != "/device")
        s.fail_at("of", fmt::format("is \"{}\", which is the same at all points", of));
    std::string as = of.substr(of.rfind('/') + 1);
    s.text("as", as);
    json const& values = s.list("values");
    s.finish();
    for (json const& v : values) {
        json changed = whole;
        try {
            const json::json_pointer to(of);
            if (of.empty() || !changed.contains(to.parent_pointer())) throw fault{};
            changed[to] = v;
        } catch (json::exception const&) {
            s.fail_at("of", fmt::format("is \"{}\", which is no place in this file, as /machine/processors is", of));
        } catch (fault const&) {
            s.fail_at("of", fmt::format("is \"{}\", which is no place in this file, as /machine/processors is", of));
        }
        point next = p;
        next.at.emplace_back(as, as_text(v));
        read_points(changed, lines, folder, i + 1, next, e);
    }
}

}  // namespace

reading read_experiment(std::string const& file) {
    namespace fs = std::filesystem;
    if (!fs::exists(file)) return {std::nullopt, file + " does not exist"};
    if (fs::is_directory(file)) return {std::nullopt, file + " is a directory"};
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) return {std::nullopt, file + " can't be read"};
    experiment e;
    e.name = fs::path(file).stem().string();
    e.text = text.str();
    try {
        const json whole = json::parse(e.text);
        const line_map lines(e.text);
        read_points(whole, lines, fs::path(file).parent_path().string(), 0, {}, e);
    } catch (fault const& f) {
        return {std::nullopt, fmt::format("{}, {}", file, f.sentence)};
    } catch (json::exception const& x) {
        return {std::nullopt, fmt::format("{} is no JSON: {}", file, one_line(x.what()))};
    }
    return {std::move(e), {}};
}

}  // namespace maxwell::simulator
