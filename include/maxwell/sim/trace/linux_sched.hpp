// SPDX-License-Identifier: MIT
//
// linux_sched_format: what Linux' scheduler did, as text: tracefs' `trace`, `trace-cmd report` and `perf script`.
//
//     tracefs     bash-4328    [000] d..2.  1828.031232: sched_switch: prev_comm=bash prev_pid=4328 ... ==> next_comm=...
//     trace-cmd   bash-4821    [001]  2008.184128: sched_switch:         bash:4821 [120] S ==> swapper/1:0 [120]
//     perf        perf  4349   [000]  1829.325537:  sched:sched_switch: prev_comm=perf prev_pid=4349 ... ==> next_comm=...
//
// Any of the three may print the fields in either way, by name or as comm:pid [prio]; with -R trace-cmd prints the state as
// a number. A name of a task may hold blanks, brackets and anything else, so lines are never cut at blanks from the left:
// each event is found by a pattern that is longer than the 15 characters that a name can have.
//
// A job is a burst: it begins when its task is woken (sched_wakeup, sched_wakeup_new) and ends when the task leaves the
// processor in any state but R or R+, which mean that it was only preempted.
//
//     wake-up        switch-in      switch-out, R+      switch-in      switch-out, S
//        |── waits ──|── runs ──────|── waits ──────────|── runs ──────|        one job, arrival at the wake-up,
//                       `──────────────── service ─────────┘                     service: the sum of both runs
//
// Service is what sched_stat_runtime reports for the burst or, where a burst has no such event, the time from switch-in to
// switch-out. A processor's record begins at its first sched_ event, and again after each note that its events were lost or
// that its buffer started. A task that is seen first on a processor or leaving one was woken before: its burst begins where
// that record does. A burst that the trace's end cuts off is a job of what it had by then. A kernel can hide tasks of its own:
// where a processor changes from another task than the one that it was last given to, that one has left unseen, and its burst
// ends with the service known until then, or is no job when there is none. The idle tasks, pid 0, are no jobs. Events of other
// kinds, calls, stacks and notes on lost events are `other`; a sched_ event that can't be read is `broken`.
//
// Weights: see weight_of_priority.

#pragma once

#include <maxwell/sim/trace/linux_weight.hpp>
#include <maxwell/sim/trace/scan.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <algorithm>      // min
#include <charconv>       // from_chars
#include <cstddef>        // size_t
#include <cstdint>        // int64_t, uint32_t, uint64_t
#include <limits>         // int64_t's greatest
#include <string_view>    // text of a line
#include <system_error>   // errc
#include <unordered_map>  // tasks
#include <vector>         // jobs

namespace maxwell::sim {

class linux_sched_format {
public:
    static constexpr std::string_view name = "Linux scheduler trace";

    /// Is `line` an event of this format, of whatever kind?
    static bool recognises(std::string_view line) {
        event e;
        return find_event(line, e);
    }

    /// Takes a line in. O(line).
    verdict line(std::string_view text, std::uint64_t number) {
        if (is_comment(text)) {
            scanner in(text);  // "##### CPU 1 buffer started ####"
            if (std::uint32_t cpu = 0; in.take("##### CPU ") && in.take_number(cpu)) forget(cpu);
            return {line_kind::comment};
        }
        event e;
        if (!find_event(text, e)) return note(text);
        if (!e.name.starts_with("sched_")) return {line_kind::other};
        begin_ns_.try_emplace(e.cpu, e.at_ns);
        last_ns_ = e.at_ns > last_ns_ ? e.at_ns : last_ns_;
        processors_ = e.cpu < most_processors && e.cpu + 1 > processors_ ? e.cpu + 1 : processors_;
        if (e.name == "sched_switch") return take_switch(e, number);
        if (e.name == "sched_wakeup" || e.name == "sched_wakeup_new") return take_wakeup(e, number);
        if (e.name == "sched_stat_runtime") return take_runtime(e, number);
        return {line_kind::other};
    }

    /// Hands over what was read. Call it once.
    void finish(workload& out) {
        for (auto& [pid, t] : tasks_) {
            if (!t.open) continue;
            leave_processor(t, last_ns_);
            if (service_ns(t) == 0) {
                ++out.never_ran;
                continue;
            }
            ++out.unfinished;
            close(pid, t);
        }
        out.jobs = std::move(jobs_);
        out.processors = processors_;
        out.lost_events = lost_;
        out.unseen = unseen_;
    }

private:
    static constexpr std::uint32_t most_processors = 1 << 16;
    static constexpr std::uint64_t longest_ns = std::uint64_t{1} << 62;  ///< 146 years: more is no time of a machine

    struct event {
        std::uint64_t at_ns = 0;
        std::uint32_t cpu = 0;
        std::string_view name;
        std::string_view fields;
    };

    /// A task, and its burst when `open`.
    struct task {
        bool open = false;
        bool running = false;
        bool reported = false;          ///< the burst has a sched_stat_runtime
        std::int32_t priority = 120;    ///< the newest seen
        std::uint64_t arrival_ns = 0;   ///< of the burst
        std::uint32_t cpu = 0;          ///< its processor, when running
        std::uint64_t since_ns = 0;     ///< on it, when running
        std::uint64_t switched_ns = 0;  ///< service by the switches
        std::uint64_t reported_ns = 0;  ///< service by sched_stat_runtime
        std::uint64_t line = 0;
    };

    // --- lines ---------------------------------------------------------------------------------------------------------

    static bool is_comment(std::string_view text) {
        scanner in(text);
        in.take_blanks();
        return in.at_end() || text.starts_with('#') || text.starts_with("cpus=") || text.starts_with("version = ");
    }

    /// Finds "[cpu] flags seconds.fraction: name: fields" wherever in the line it begins; flags may be missing.
    static bool find_event(std::string_view text, event& e) {
        for (std::size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1)) {
            scanner in(text.substr(at + 1));
            if (!in.take_number(e.cpu) || !in.take("]") || !in.take_blanks()) continue;
            if (take_time_and_name(in, e)) return true;
            std::string_view flags;
            if (in.take_word(flags) && in.take_blanks() && take_time_and_name(in, e)) return true;
        }
        return false;
    }

    static bool take_time_and_name(scanner& in, event& e) {
        scanner ahead = in;
        std::int64_t at = 0;
        if (ahead.at_end() || !scanner::is_digit(ahead.rest().front()) || !ahead.take_decimal<9>(at)) return false;
        // Without a fraction it is no time in seconds but a count, as the kernel's other trace clocks print it.
        const std::string_view seconds = in.rest().substr(0, in.rest().size() - ahead.rest().size());
        if (seconds.find('.') == std::string_view::npos || static_cast<std::uint64_t>(at) >= longest_ns) return false;
        if (!ahead.take(":") || !ahead.take_blanks()) return false;
        std::uint64_t period = 0;  // perf can print one, and a processor's time, before the name
        while (scanner(ahead.rest()).take_number(period)) {
            std::string_view number;
            if (!ahead.take_word(number) || number.ends_with(':') || !ahead.take_blanks()) return false;
        }
        std::string_view word;
        if (!ahead.take_word(word) || word.size() < 2) return false;
        // A call, as "sys_read(fd: 3)" or "schedule <-x", is an event without a colon after its name.
        if (word.ends_with(':')) {
            word.remove_suffix(1);
        } else if (ahead.at_end()) {
            return false;
        }
        e.name = word.substr(word.rfind(':') + 1);  // perf puts the subsystem before it
        ahead.take_blanks();
        e.fields = ahead.rest();
        e.at_ns = static_cast<std::uint64_t>(at);
        return true;
    }

    /// The record of processor `cpu` has a gap here: what runs on it is not known until its next switch.
    void forget(std::uint32_t cpu) {
        begin_ns_.erase(cpu);
        const auto given = on_cpu_.find(cpu);
        if (given == on_cpu_.end()) return;
        if (const auto t = tasks_.find(given->second); t != tasks_.end() && t->second.cpu == cpu)
            t->second.running = false;
        on_cpu_.erase(given);
    }

    /// What is in a trace beside events: notes on lost events, calls, stacks.
    verdict note(std::string_view text) {
        scanner in(text);
        const bool indented = in.take_blanks();
        std::uint32_t cpu = 0;
        if (in.rest().starts_with("CPU")) {
            // "CPU:1 [LOST 12 EVENTS]", "CPU:1 [12 EVENTS DROPPED]", "CPU:1 [EVENTS DROPPED]", "CPU 1 is empty"
            const std::string_view rest = in.rest();
            if (rest.ends_with(" EVENTS]") || rest.ends_with(" EVENTS DROPPED]") ||
                rest.ends_with("[EVENTS DROPPED]")) {
                scanner count(rest.substr(rest.find('[') + 1));
                count.take("LOST ");
                std::uint64_t events = 1;  // an unknown number is at least one
                count.take_number(events);
                lost_ += events;
                scanner at(rest.substr(4));
                if (at.take_number(cpu)) forget(cpu);
                return {line_kind::other};
            }
            if (rest.ends_with(" is empty")) return {line_kind::other};
        }
        if (in.rest().starts_with("=> ") || text.ends_with("stack trace>")) return {line_kind::other};
        if (text.find("PERF_RECORD_") != std::string_view::npos) return {line_kind::other};
        // function_graph: " 0)   1.234 us    |  schedule();"
        if (scanner graph = in; graph.take_number(cpu) && graph.take(")")) return {line_kind::other};
        // A frame of a stack, an address first: "  7f12 main+0x10 (/bin/x)"
        std::string_view word;
        if (indented && in.take_word(word) && word.find_first_not_of("0123456789abcdef") == std::string_view::npos) {
            return {line_kind::other};
        }
        return {line_kind::broken, "no event: no [cpu], time in seconds and name of an event"};
    }

    // --- events --------------------------------------------------------------------------------------------------------

    struct task_ref {
        std::uint32_t pid = 0;
        std::int32_t priority = 120;
    };
    /// "comm=NAME pid=N prio=N ..." or "NAME:N [N] ..."; the last match, since a name can only imitate it before the fields.
    static bool find_task(std::string_view fields, std::string_view pid_tag, std::string_view prio_tag,
                          task_ref& found) {
        for (std::size_t at = fields.rfind(pid_tag); at != std::string_view::npos;
             at = at == 0 ? std::string_view::npos : fields.rfind(pid_tag, at - 1)) {
            scanner in(fields.substr(at));
            if (in.take(pid_tag) && in.take_number(found.pid) && in.take(prio_tag) && in.take_number(found.priority)) {
                return true;
            }
        }
        return false;
    }

    verdict take_wakeup(event const& e, std::uint64_t number) {
        task_ref who;
        if (!find_task(e.fields, " pid=", " prio=", who) && !find_task(e.fields, ":", " [", who)) {
            return {line_kind::broken, "a wake-up without pid and prio"};
        }
        if (who.pid == 0) return {};
        task& t = tasks_[who.pid];
        t.priority = who.priority;
        if (!t.open) open(t, e.at_ns, number);
        return {};
    }

    verdict take_runtime(event const& e, std::uint64_t number) {
        const std::size_t at = e.fields.rfind(" runtime=");
        const std::size_t pid_at = e.fields.substr(0, at).rfind(" pid=");
        scanner in(at == std::string_view::npos ? std::string_view{} : e.fields.substr(at));
        scanner pid_in(pid_at == std::string_view::npos ? std::string_view{} : e.fields.substr(pid_at));
        std::uint32_t pid = 0;
        std::uint64_t ns = 0;
        if (!pid_in.take(" pid=") || !pid_in.take_number(pid)) return {line_kind::broken, "a run time without pid"};
        if (!in.take(" runtime=") || !in.take_number(ns) || ns >= longest_ns) {
            return {line_kind::broken, "a run time that is no number of its range"};
        }
        if (pid == 0) return {};
        const auto [place, is_new] = tasks_.try_emplace(pid);
        task& t = place->second;
        if (is_new) open(t, begin_ns_[e.cpu], number);  // it runs, so it was woken before the trace began
        if (!t.open) return {};                         // the rest of a burst that has ended
        t.reported = true;
        t.reported_ns = std::min(t.reported_ns + ns, longest_ns);
        return {};
    }

    /// "... prev_pid=N prev_prio=N prev_state=S ==> next_comm=NAME next_pid=N next_prio=N", -R has no arrow, or
    /// "NAME:N [N] S ==> NAME:N [N]".
    verdict take_switch(event const& e, std::uint64_t number) {
        task_ref before, after;
        bool runnable = false;
        if (!find_leaving(e.fields, " prev_pid=", " prev_prio=", " prev_state=", " next_comm=", before, runnable) &&
            !find_leaving(e.fields, ":", " [", "] ", " ", before, runnable)) {
            return {line_kind::broken, "a switch without the leaving task's pid, prio and state"};
        }
        if (!find_task(e.fields, " next_pid=", " next_prio=", after) && !find_task(e.fields, ":", " [", after)) {
            return {line_kind::broken, "a switch without the next task's pid and prio"};
        }
        displace(e.cpu, before.pid);
        if (before.pid != 0) {
            const auto [place, is_new] = tasks_.try_emplace(before.pid);
            task& t = place->second;
            if (is_new) {  // it was on its processor when the trace began
                open(t, begin_ns_[e.cpu], number);
                enter_processor(t, e.cpu, begin_ns_[e.cpu]);
            }
            t.priority = before.priority;
            if (t.cpu != e.cpu) t.running = false;  // it moved unseen: since when it ran here is not known
            leave_processor(t, e.at_ns);
            if (!runnable && t.open) close(before.pid, t);
        }
        if (after.pid != 0) {
            task& t = tasks_[after.pid];
            t.priority = after.priority;
            if (!t.open) open(t, e.at_ns, number);
            enter_processor(t, e.cpu, e.at_ns);
        }
        on_cpu_[e.cpu] = after.pid;
        return {};
    }

    /// `pid` leaves processor `cpu`: if that was given to another task, that one has left unseen.
    void displace(std::uint32_t cpu, std::uint32_t pid) {
        const std::uint32_t given = on_cpu_[cpu];
        if (given == 0 || given == pid) return;
        task& t = tasks_[given];
        if (!t.running || t.cpu != cpu) return;
        t.running = false;
        ++unseen_;
        if (service_ns(t) > 0) {
            close(given, t);
        } else {
            t.open = false;
        }
    }

    /// The task that leaves: the first place where all of pid, prio, state and what comes then stand one after another.
    static bool find_leaving(std::string_view fields, std::string_view pid_tag, std::string_view prio_tag,
                             std::string_view state_tag, std::string_view then, task_ref& found, bool& runnable) {
        for (std::size_t at = fields.find(pid_tag); at != std::string_view::npos; at = fields.find(pid_tag, at + 1)) {
            scanner in(fields.substr(at));
            std::string_view state;
            if (!in.take(pid_tag) || !in.take_number(found.pid) || !in.take(prio_tag)) continue;
            if (!in.take_number(found.priority) || !in.take(state_tag) || !in.take_word(state)) continue;
            in.take(" ==>");
            if (!in.take(then)) continue;
            runnable = is_runnable(state);
            return true;
        }
        return false;
    }

    /// R and R+, "(R)" in an old form. As a number the low eight bits say why a task sleeps; the kernel's mark of a preempted
    /// one lies above them, at 256 to 4,096 by its version.
    static bool is_runnable(std::string_view state) {
        if (state.starts_with('(') && state.ends_with(')')) state = state.substr(1, state.size() - 2);
        if (state == "R" || state == "R+") return true;
        const bool hex = state.starts_with("0x");
        if (hex) state.remove_prefix(2);
        std::uint32_t bits = 0;
        const auto [end, error] = std::from_chars(state.data(), state.data() + state.size(), bits, hex ? 16 : 10);
        return error == std::errc{} && end == state.data() + state.size() && (bits & 0xFF) == 0;
    }

    // --- bursts --------------------------------------------------------------------------------------------------------

    static void open(task& t, std::uint64_t at_ns, std::uint64_t number) {
        const std::int32_t priority = t.priority;
        t = {};
        t.priority = priority;
        t.open = true;
        t.arrival_ns = at_ns;
        t.line = number;
    }

    static void enter_processor(task& t, std::uint32_t cpu, std::uint64_t at_ns) {
        t.running = true;
        t.cpu = cpu;
        t.since_ns = at_ns;
    }

    static void leave_processor(task& t, std::uint64_t at_ns) {
        if (t.running && at_ns > t.since_ns) t.switched_ns += at_ns - t.since_ns;
        t.running = false;
    }

    static std::uint64_t service_ns(task const& t) noexcept { return t.reported ? t.reported_ns : t.switched_ns; }

    /// The burst becomes a job. Less than a microsecond counts as one.
    void close(std::uint32_t pid, task& t) {
        job j;
        j.arrival_us = t.arrival_ns / 1000;
        j.service_us = std::max<std::uint64_t>(1, (service_ns(t) + 999) / 1000);
        j.weight = weight_of_priority(t.priority);
        j.key = pid;
        j.line = t.line;
        jobs_.push_back(j);
        t.open = false;
        t.running = false;
    }

    std::unordered_map<std::uint32_t, task> tasks_;
    std::unordered_map<std::uint32_t, std::uint64_t> begin_ns_;  ///< of a processor's record, by processor
    std::unordered_map<std::uint32_t, std::uint32_t> on_cpu_;    ///< the task that a processor was last given to
    std::vector<job> jobs_;
    std::uint64_t last_ns_ = 0;
    std::uint32_t processors_ = 1;
    std::uint64_t lost_ = 0;
    std::uint64_t unseen_ = 0;
};

}  // namespace maxwell::sim
