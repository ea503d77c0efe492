// SPDX-License-Identifier: MIT
//
// read_chrome_json: the scheduler's slices in a trace of Chrome's JSON format, which Perfetto's tools write too.
//
//     {"traceEvents": [{"name": "a", "cat": "sched", "ph": "X", "ts": 10.5, "dur": 300, "tid": 20,
//                       "args": {"cpu": 1, "end_state": "R+", "priority": 120}}, ...],
//      "systemTraceEvents": "# tracer: nop\n  a-20 [001] d..2. 10.000500: sched_switch: ...\n"}
//
// Two kinds of records make jobs. systemTraceEvents is what `traceconv json` makes of a Perfetto trace: the kernel's events as text,
// read line by line as linux_sched_format does. An event of traceEvents is a slice of a task on a processor where it is complete ("ph"
// is "X"), has a duration, and its category holds "sched" or its arguments a processor; ts and dur are in microseconds. Slices of
// a task are one burst as long as their end_state says that it was only preempted (R or R+); without a state each is a burst. A
// burst arrives at the ts of its first slice, since such a trace doesn't say when a task was woken. Other events, as spans of a
// program, are `other`.
//
// A document has no lines: each event counts as one, and each line of systemTraceEvents. It is read piece by piece, so memory is needed
// for one event and the tasks, and for systemTraceEvents as a whole.

#pragma once

#include <maxwell/sim/trace/lines.hpp>
#include <maxwell/sim/trace/linux_sched.hpp>
#include <maxwell/sim/trace/linux_weight.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>      // clamp, max
#include <cstddef>        // ptrdiff_t, size_t
#include <cstdint>        // int32_t, uint32_t, uint64_t
#include <functional>     // after each event
#include <iterator>       // input_iterator_tag
#include <set>            // processors
#include <string>         // members of an event
#include <string_view>    // text
#include <unordered_map>  // tasks
#include <vector>         // jobs

namespace maxwell::sim {

/// The bytes of a source, one by one, as the JSON parser wants them.
class byte_iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = char const*;
    using reference = char const&;

    byte_iterator() = default;  ///< the end
    explicit byte_iterator(line_source& source) : source_(&source) { refill(); }

    reference operator*() const { return chunk_.front(); }
    byte_iterator& operator++() {
        chunk_.remove_prefix(1);
        if (chunk_.empty()) refill();
        return *this;
    }
    byte_iterator operator++(int) {
        byte_iterator before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(byte_iterator const& a, byte_iterator const& b) {
        return a.chunk_.empty() == b.chunk_.empty();
    }

private:
    void refill() {
        if (!source_->next_chunk(chunk_)) chunk_ = {};
    }

    line_source* source_ = nullptr;
    std::string_view chunk_;
};

/// What the parser meets, as slices and lines.
class chrome_json_events : public nlohmann::json_sax<nlohmann::json> {
public:
    /// Counts go to `out`, jobs to `jobs`; `after` is called after each event and each line.
    chrome_json_events(workload& out, std::vector<job>& jobs, std::function<void()> after)
        : out_(out), jobs_(jobs), after_(std::move(after)) {}

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool number_integer(number_integer_t value) override { return number(static_cast<double>(value)); }
    bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value)); }
    bool number_float(number_float_t value, string_t const&) override { return number(value); }

    bool string(string_t& text) override {
        if (depth_ == 1 && key_ == "systemTraceEvents") take_lines(text);
        if (depth_ == event_depth_ && key_ == "ph") event_.complete = text == "X";
        if (depth_ == event_depth_ && key_ == "cat") event_.scheduler = text.find("sched") != string_t::npos;
        if (in_arguments_ && key_ == "end_state") event_.state = text;
        return true;
    }
    bool start_object(std::size_t) override {
        ++depth_;
        if (depth_ == event_depth_) {
            event_ = {};
            in_event_ = true;
            ++out_.lines;
        }
        in_arguments_ = in_event_ && depth_ == event_depth_ + 1 && key_ == "args";
        return true;
    }
    bool end_object() override {
        if (depth_ == event_depth_) {
            in_event_ = false;
            take_event();
        }
        in_arguments_ = false;
        --depth_;
        return true;
    }
    /// Events stand in the document itself, or in its member traceEvents.
    bool start_array(std::size_t) override {
        ++depth_;
        if (depth_ == 1 || (depth_ == 2 && key_ == "traceEvents")) event_depth_ = depth_ + 1;
        return true;
    }
    bool end_array() override {
        if (depth_ + 1 == event_depth_) event_depth_ = 0;
        --depth_;
        return true;
    }
    bool key(string_t& name) override {
        key_ = name;
        return true;
    }
    bool parse_error(std::size_t position, std::string const&, nlohmann::json::exception const&) override {
        if (in_event_) count({line_kind::broken, "the document breaks off here"});
        out_.damage = "the JSON is broken at byte " + std::to_string(position);
        return false;
    }

    /// Hands over what was read. Call it once.
    void finish() {
        text_.finish(out_, jobs_);
        for (auto const& [id, b] : bursts_) {
            ++out_.unfinished;
            close(id, b);
        }
        bursts_.clear();
        if (!seen_.empty()) out_.processors = std::max(out_.processors, *seen_.rbegin() + 1);
        if (!has_text_)
            out_.missing =
                "it holds no slices of a scheduler: record linux.ftrace with sched/sched_switch and sched/sched_waking";
    }

private:
    static constexpr double most_us =
        4e12;  ///< 46 days short of what 64 bits of nanoseconds hold: more is no time of a machine

    struct event {
        bool complete = false;   ///< has a beginning and a duration
        bool scheduler = false;  ///< by its category
        double ts = -1;
        double dur = -1;
        double tid = -1;
        double cpu = -1;
        double priority = 120;
        std::string state;
    };
    struct burst {
        std::uint64_t arrival_us = 0;
        double service_us = 0;
        std::uint32_t weight = unit_weight;
        std::uint64_t line = 0;
    };

    bool number(double value) {
        if (depth_ == event_depth_) {
            if (key_ == "ts") event_.ts = value;
            if (key_ == "dur") event_.dur = value;
            if (key_ == "tid") event_.tid = value;
        } else if (in_arguments_) {
            if (key_ == "cpu") event_.cpu = value;
            if (key_ == "priority" || key_ == "prio") event_.priority = value;
        }
        return true;
    }

    void count(verdict const& v) {
        out_.count(v, out_.lines);
        after_();
    }

    void take_lines(std::string_view text) {
        has_text_ = true;
        while (!text.empty()) {
            const std::string_view line = text.substr(0, text.find('\n'));
            text.remove_prefix(std::min(line.size() + 1, text.size()));
            ++out_.lines;
            count(text_.line(line, out_.lines, jobs_));
        }
    }

    void take_event() {
        event const& e = event_;
        const bool on_processor = e.cpu >= 0 && e.cpu < 65'536;
        if (!e.complete || !(e.scheduler || on_processor)) return count({line_kind::other});
        if (!(e.ts >= 0 && e.ts <= most_us)) return count({line_kind::broken, "a slice whose ts is no time"});
        if (!(e.dur >= 0 && e.dur <= most_us)) return count({line_kind::broken, "a slice whose dur is no duration"});
        if (!(e.tid >= 0 && e.tid <= 0xFFFF'FFFFu)) return count({line_kind::broken, "a slice whose tid is no task"});
        if (on_processor) seen_.insert(static_cast<std::uint32_t>(e.cpu));
        const auto id = static_cast<std::uint32_t>(e.tid);
        if (id != 0) {  // the idle task's slices are no job
            const auto [place, is_new] = bursts_.try_emplace(id);
            burst& b = place->second;
            if (is_new) b = {static_cast<std::uint64_t>(e.ts), 0, unit_weight, out_.lines};
            b.service_us += e.dur;
            b.weight = weight_of_priority(static_cast<std::int32_t>(std::clamp(e.priority, -1., 139.)));
            if (e.state != "R" && e.state != "R+") {
                close(id, b);
                bursts_.erase(place);
            }
        }
        count({line_kind::record});
    }

    void close(std::uint32_t id, burst const& b) {
        job j;
        j.arrival_us = b.arrival_us;
        j.service_us = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(b.service_us + .999));
        j.weight = b.weight;
        j.key = id;
        j.line = b.line;
        jobs_.push_back(j);
    }

    workload& out_;
    std::vector<job>& jobs_;
    std::function<void()> after_;
    linux_sched_format text_;  ///< of systemTraceEvents
    bool has_text_ = false;
    std::unordered_map<std::uint32_t, burst> bursts_;  ///< those that were preempted, by task
    std::set<std::uint32_t> seen_;                     ///< processors
    std::string key_;
    std::size_t depth_ = 0;
    std::size_t event_depth_ = 0;  ///< of an event's members, inside the array of events; else 0
    bool in_event_ = false;
    bool in_arguments_ = false;
    event event_;
};

/// Is a file that begins with `text` such a document?
inline bool is_chrome_json(std::string_view text) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return false;
    for (const std::string_view member : {"\"traceEvents\"", "\"systemTraceEvents\"", "\"androidProcessDump\""}) {
        if (text.find(member) != std::string_view::npos) return true;
    }
    return text[first] == '[' && text.find("\"ph\"") != std::string_view::npos;
}

/// Reads `source`, a document that is_chrome_json, to its end. Counts go to `out`, jobs to `jobs`; `after` is called after each event.
/// A document that breaks off is damaged, and what came before is kept. O(bytes).
inline void read_chrome_json(line_source& source, workload& out, std::vector<job>& jobs, std::function<void()> after) {
    out.format = "Chrome's trace format in JSON";
    chrome_json_events events(out, jobs, std::move(after));
    nlohmann::json::sax_parse(byte_iterator(source), byte_iterator(), &events);
    events.finish();
    if (!source.damage().empty()) out.damage = source.damage();
}

}  // namespace maxwell::sim
