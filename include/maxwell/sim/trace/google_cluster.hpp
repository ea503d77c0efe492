// SPDX-License-Identifier: MIT
//
// google_2011_format, google_2019_format: what became of the tasks of a cluster, as published by Google.
//
//     task_events/part-*.csv   0,,3418309,0,4155527081,0,user,3,9,0.125,0.07,0.0004,0      clusterdata-2011-2, 13 columns
//     instance_events          {"time":"0","type":"0","collection_id":"3","instance_index":"0","priority":"200",
//                               "resource_request":{"cpus":0.02}}          ClusterData2019, exported as JSON, one a line
//
// Each line is an event of a task; times are in microseconds.
//
//     event    2011   2019           what it means here
//     submit   0      0              the task waits from now on
//     start    1      3              it runs
//     end      2..6   4..8           evicted, failed, finished, killed, lost: a job of what it ran, when it ran
//     others   7, 8   1, 2, 9, 10    `other`; an update changes the share that is asked for
//
// A task that is evicted waits again from its next submission on. The share of processors that a task asks for is a fraction of the largest machine; a
// job is as many thousandths wide, and the machine as wide as the widest job. Priorities: 0 and 1 (2019: below 116) weigh half
// of an ordinary job, 9 and above (120) twice as much. A task that still
// runs where the trace ends is a job of what it had by then. Sets of reserved resources (collection_type 1) are `other`.

#pragma once

#include <maxwell/sim/trace/scan.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>      // max
#include <cmath>          // ceil
#include <cstddef>        // size_t
#include <cstdint>        // int64_t, uint32_t, uint64_t
#include <functional>     // hash
#include <string>         // numbers in quotes
#include <string_view>    // text of a line
#include <unordered_map>  // tasks
#include <vector>         // jobs

namespace maxwell::sim {

namespace detail {

/// A share of more than a million machines is none.
inline constexpr std::int64_t google_most_millionths = 1'000'000'000'000;

enum class google_step : std::uint8_t { submit, start, end, other };

struct google_event {
    std::uint64_t at_us = 0;
    std::uint64_t job = 0;
    std::uint32_t index = 0;
    google_step step = google_step::other;
    double processors = 0;  ///< a fraction of the largest machine; 0 where it isn't told
    std::uint32_t weight = unit_weight;
};

/// The tasks of a cluster, from event to event. Memory for those that wait or run.
class google_tasks {
public:
    void take(google_event const& e, std::uint64_t number, std::vector<job>& jobs) {
        const key who{e.job, e.index};
        if (e.step != google_step::other) last_us_ = std::max(last_us_, e.at_us);
        if (e.step == google_step::end) {
            const auto found = tasks_.find(who);
            if (found != tasks_.end() && found->second.runs) close(e.at_us, found->second, who, jobs);
            if (found != tasks_.end()) tasks_.erase(found);
            return;
        }
        const bool begins = e.step == google_step::submit || e.step == google_step::start;
        if (!begins && !tasks_.contains(who)) return;
        const auto [place, is_new] = tasks_.try_emplace(who);
        task& t = place->second;
        if (is_new || (e.step == google_step::submit && !t.runs)) {
            t.arrival_us = e.at_us;
            t.line = number;
        }
        if (e.step == google_step::start && !t.runs) {
            t.runs = true;
            t.since_us = e.at_us;
        }
        t.weight = e.weight;
        if (e.processors > 0) t.width = static_cast<std::uint32_t>(std::ceil(e.processors * 1000));
    }

    void finish(workload& out, std::vector<job>& jobs) {
        for (auto const& [who, t] : tasks_) {
            if (t.runs) close(last_us_, t, who, jobs);
            ++(t.runs ? out.unfinished : out.never_ran);
        }
        out.processors = widest_;
        out.width_unit = "thousandths of a machine";
        out.missing = "none of its tasks is seen to start and to end";
    }

private:
    struct key {
        std::uint64_t job;
        std::uint32_t index;
        friend bool operator==(key const&, key const&) = default;
    };
    struct hash {
        std::size_t operator()(key const& k) const noexcept {
            return std::hash<std::uint64_t>{}(k.job * 0x9E37'79B9'7F4A'7C15u + k.index);
        }
    };
    struct task {
        std::uint64_t arrival_us = 0;
        std::uint64_t since_us = 0;
        std::uint64_t line = 0;
        std::uint32_t width = 1;
        std::uint32_t weight = unit_weight;
        bool runs = false;
    };

    void close(std::uint64_t at_us, task const& t, key const& who, std::vector<job>& jobs) {
        job j;
        j.arrival_us = t.arrival_us;
        j.service_us = std::max<std::uint64_t>(1, at_us > t.since_us ? at_us - t.since_us : 0);
        j.weight = t.weight;
        j.width = std::max(1u, t.width);
        j.key = static_cast<std::uint32_t>(who.job);
        j.line = t.line;
        widest_ = std::max(widest_, j.width);
        jobs.push_back(j);
    }

    std::unordered_map<key, task, hash> tasks_;
    std::uint64_t last_us_ = 0;
    std::uint32_t widest_ = 1;
};

/// Half below `ordinary`, twice from `production` on.
constexpr std::uint32_t google_weight(std::int64_t priority, std::int64_t ordinary, std::int64_t production) noexcept {
    return priority < ordinary ? unit_weight / 2 : priority < production ? unit_weight : unit_weight * 2;
}

}  // namespace detail

class google_2011_format {
public:
    static constexpr std::string_view name = "Google cluster trace of 2011";

    /// Is `line` an event of a task?
    static bool recognises(std::string_view line) {
        detail::google_event e;
        return take_event(line, e).empty();
    }

    /// Takes a line in; the job that ends in it goes to `jobs`. O(line).
    verdict line(std::string_view text, std::uint64_t number, std::vector<job>& jobs) {
        scanner in(text);
        in.take_blanks();
        if (in.at_end()) return {line_kind::comment};
        detail::google_event e;
        if (const std::string_view reason = take_event(text, e); !reason.empty()) return {line_kind::broken, reason};
        tasks_.take(e, number, jobs);
        return {e.step == detail::google_step::other ? line_kind::other : line_kind::record};
    }

    /// Hands over what was read. Call it once.
    void finish(workload& out, std::vector<job>& jobs) { tasks_.finish(out, jobs); }

private:
    static constexpr std::uint64_t after_the_trace = 0x7FFF'FFFF'FFFF'FFFFu;

    template <class T>
    static bool take(std::string_view field, T& value) {
        scanner in(field);
        return in.take_number(value) && in.at_end();
    }

    static std::string_view take_event(std::string_view text, detail::google_event& e) {
        std::string_view field[13];
        scanner in(text);
        std::size_t count = 0;
        while (count < 13 && in.take_field(field[count])) ++count;
        if (count < 13) return "fewer than 13 columns";
        if (!in.at_end()) return "more than 13 columns";
        std::uint32_t type = 0;
        std::int32_t priority = 0;
        std::int64_t millionths = 0;
        if (!take(field[0], e.at_us)) return "the time is no number of microseconds";
        if (!take(field[2], e.job) || !take(field[3], e.index)) return "job or index is no number";
        if (!take(field[5], type) || type > 8) return "the event is no number from 0 to 8";
        if (!take(field[8], priority)) return "the priority is no number";
        scanner share(field[9]);
        if (!field[9].empty() && (!share.take_decimal<6>(millionths) || !share.at_end() || millionths < 0 ||
                                  millionths > detail::google_most_millionths))
            return "the processors are no share of a machine";
        e.processors = static_cast<double>(millionths) / 1e6;
        e.weight = detail::google_weight(priority, 2, 9);
        e.step = e.at_us == after_the_trace || type > 6 ? detail::google_step::other
                 : type == 0                            ? detail::google_step::submit
                 : type == 1                            ? detail::google_step::start
                                                        : detail::google_step::end;
        return {};
    }

    detail::google_tasks tasks_;
};

class google_2019_format {
public:
    static constexpr std::string_view name = "Google cluster trace of 2019";

    /// Is `line` an event of a task?
    static bool recognises(std::string_view line) {
        detail::google_event e;
        return take_event(line, e).empty();
    }

    /// Takes a line in; the job that ends in it goes to `jobs`. O(line).
    verdict line(std::string_view text, std::uint64_t number, std::vector<job>& jobs) {
        scanner in(text);
        in.take_blanks();
        if (in.at_end()) return {line_kind::comment};
        detail::google_event e;
        if (const std::string_view reason = take_event(text, e); !reason.empty()) return {line_kind::broken, reason};
        tasks_.take(e, number, jobs);
        return {e.step == detail::google_step::other ? line_kind::other : line_kind::record};
    }

    /// Hands over what was read. Call it once.
    void finish(workload& out, std::vector<job>& jobs) { tasks_.finish(out, jobs); }

private:
    /// A number; BigQuery writes 64-bit ones in quotes.
    static bool take(nlohmann::json const& object, char const* key, std::int64_t& value) {
        const auto member = object.find(key);
        if (member == object.end()) return false;
        if (member->is_number_integer()) {
            value = member->get<std::int64_t>();
            return true;
        }
        if (!member->is_string()) return false;
        auto const& text = member->get_ref<std::string const&>();
        scanner in(text);
        return in.take_number(value) && in.at_end();
    }

    static std::string_view take_event(std::string_view text, detail::google_event& e) {
        const auto object = nlohmann::json::parse(text, nullptr, false);
        if (!object.is_object()) return "no object in JSON";
        std::int64_t at_us = 0, type = 0, id = 0, index = 0, priority = 0, collection = 0;
        if (!take(object, "time", at_us) || at_us < 0) return "time is no number of microseconds";
        if (!take(object, "type", type) || type < 0 || type > 10) return "type is no number from 0 to 10";
        if (!take(object, "collection_id", id)) return "collection_id is no number";
        if (!take(object, "instance_index", index) || index < 0 || index > 0x7FFF'FFFF)
            return "instance_index is no index";
        if (object.contains("priority") && !take(object, "priority", priority)) return "the priority is no number";
        if (object.contains("collection_type")) take(object, "collection_type", collection);
        e.processors = 0;
        if (const auto request = object.find("resource_request"); request != object.end() && request->is_object()) {
            const auto share = request->find("cpus");
            if (share != request->end() && share->is_number()) e.processors = share->get<double>();
        }
        if (!(e.processors >= 0 && e.processors <= detail::google_most_millionths / 1e6))
            return "the processors are no share of a machine";
        e.at_us = static_cast<std::uint64_t>(at_us);
        e.job = static_cast<std::uint64_t>(id);
        e.index = static_cast<std::uint32_t>(index);
        e.weight = detail::google_weight(priority, 116, 120);
        e.step = collection == 1          ? detail::google_step::other
                 : type == 0              ? detail::google_step::submit
                 : type == 3              ? detail::google_step::start
                 : type >= 4 && type <= 8 ? detail::google_step::end
                                          : detail::google_step::other;
        return {};
    }

    detail::google_tasks tasks_;
};

}  // namespace maxwell::sim
