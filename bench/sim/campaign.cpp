// SPDX-License-Identifier: MIT

#include "sim/campaign.hpp"

#include "harness/progress.hpp"
#include "sim/device.hpp"
#include "sim/fleet.hpp"
#include "sim/journal.hpp"
#include "sim/machine.hpp"
#include "sim/policy.hpp"
#include "sim/traces.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>

namespace maxwell::simulator {

std::size_t units(experiment const& e) { return e.points.size() * e.policies.size() * e.seeds; }

unit unit_of(experiment const& e, std::size_t i) {
    const std::size_t per_point = e.policies.size() * e.seeds;
    return {i / per_point, i % per_point / e.seeds, static_cast<std::uint32_t>(i % e.seeds) + 1};
}

namespace {

namespace fs = std::filesystem;

fs::path journal_of(fs::path const& folder, shard s) {
    return folder / (s.count == 1 ? "journal.jsonl" : fmt::format("shard-{}-of-{}.jsonl", s.index, s.count));
}

bool is_in(shard s, std::size_t unit) { return unit % s.count + 1 == s.index; }

/// How many shards the journals in `folder` are of; 0 if there is none.
std::uint32_t shards_in(fs::path const& folder) {
    std::error_code none;
    for (auto const& entry : fs::directory_iterator(folder, none)) {
        shard s;
        const std::string name = entry.path().filename().string();
        if (name == "journal.jsonl") return 1;
        if (std::sscanf(name.c_str(), "shard-%u-of-%u.jsonl", &s.index, &s.count) == 2) return s.count;
    }
    return 0;
}

/// The shard's units, done by threads, each result a line of `out`.
class workers {
public:
    workers(experiment const& e, trace_store const& traces, std::vector<std::size_t> todo, std::ofstream& out,
            all_results& results, std::atomic<bool> const& stop)
        : experiment_(e),
          traces_(traces),
          todo_(std::move(todo)),
          out_(out),
          results_(results),
          stop_(stop),
          shown_(e.name, todo_.size()) {}

    void run(unsigned threads) {
        std::vector<std::thread> all;
        for (unsigned i = 0; i < threads; ++i) all.emplace_back([this] { work(); });
        for (std::thread& t : all) t.join();
    }
    std::size_t done() const { return done_; }

private:
    void work() {
        for (;;) {
            const std::size_t i = next_++;
            if (i >= todo_.size() || stop_) return;
            const unit u = unit_of(experiment_, todo_[i]);
            point const& p = experiment_.points[u.point];
            const auto r = run(p, experiment_.policies[u.policy], u.seed);
            if (!r) return;
            const std::string line = to_json(todo_[i], *r).dump() + '\n';
            const std::scoped_lock lock(mutex_);
            out_ << line << std::flush;
            results_[todo_[i]] = *r;
            shown_.at(++done_, fmt::format("{} {}", experiment_.policies[u.policy], p.label()));
        }
    }

    std::optional<run_result> run(point const& p, std::string const& policy, std::uint64_t seed) const {
        if (p.fleet) return run_fleet(experiment_, p, find_named(fleet_policies(), policy)->kind, seed, stop_);
        if (p.device) return run_device(experiment_, p, find_named(device_policies(), policy)->kind, seed, stop_);
        return run_machine(experiment_, p, *find_policy(policy), seed, traces_.of(p), stop_);
    }

    experiment const& experiment_;
    trace_store const& traces_;
    std::vector<std::size_t> todo_;
    std::ofstream& out_;
    all_results& results_;
    std::atomic<bool> const& stop_;
    std::atomic<std::size_t> next_ = 0;
    std::mutex mutex_;  ///< of what is below, out_ and results_
    bench::progress shown_;
    std::size_t done_ = 0;
};

}  // namespace

campaign_outcome run_campaign(experiment const& e, fs::path const& folder, shard s, unsigned threads,
                              std::atomic<bool> const& stop) {
    campaign_outcome c;
    c.results.resize(units(e));
    trace_store traces;
    c.error = traces.read(e);
    if (!c.error.empty()) return c;

    std::error_code failure;
    fs::create_directories(folder, failure);
    const fs::path file = journal_of(folder, s);
    const fs::path fresh = file.string() + ".new";
    if (!read_journal(file, key_of(e), c.results) && fs::exists(file, failure))
        fmt::print("{} is of another version of this experiment or program: it is begun anew.\n", file.string());
    std::ofstream out(fresh);
    out << nlohmann::json{{"key", key_of(e)}}.dump() << '\n';
    std::vector<std::size_t> todo;
    for (std::size_t i = 0; i < c.results.size(); ++i) {
        if (!is_in(s, i)) {
            c.results[i].reset();
        } else if (c.results[i]) {
            out << to_json(i, *c.results[i]).dump() << '\n';
            ++c.kept;
        } else {
            todo.push_back(i);
        }
    }
    out << std::flush;
    if (out) fs::rename(fresh, file, failure);  // the stream stays open on the file, whatever its name
    if (!out || failure) {
        c.error = "can't write to " + folder.string();
        return c;
    }
    const std::size_t wanted = todo.size();
    workers all(e, traces, std::move(todo), out, c.results, stop);
    all.run(static_cast<unsigned>(std::min<std::size_t>(threads, wanted)));
    c.missing = wanted - all.done();
    if (!out) c.error = "can't write to " + file.string();
    return c;
}

campaign_outcome merge_campaign(experiment const& e, fs::path const& folder) {
    campaign_outcome c;
    c.results.resize(units(e));
    const std::uint32_t count = shards_in(folder);
    if (count == 0) {
        c.error = folder.string() + " has no shards";
        return c;
    }
    for (std::uint32_t i = 1; i <= count; ++i) {
        all_results of_shard(c.results.size());
        const fs::path file = journal_of(folder, {i, count});
        const bool read = read_journal(file, key_of(e), of_shard);
        std::size_t missing = 0;
        for (std::size_t u = 0; u < of_shard.size(); ++u) {
            if (!is_in({i, count}, u)) continue;
            if (!of_shard[u]) ++missing;
            c.results[u] = std::move(of_shard[u]);
        }
        if (!read || missing != 0) {
            c.error = fmt::format("{} {}: run shard {}/{} again", file.string(),
                                  !read ? "is missing or of another version of this experiment"
                                        : fmt::format("lacks {} results", missing),
                                  i, count);
            return c;
        }
    }
    return c;
}

}  // namespace maxwell::simulator
