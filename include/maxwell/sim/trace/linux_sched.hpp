// SPDX-License-Identifier: MIT
//
// linux_sched_format: what Linux' scheduler did, as text: tracefs' `trace`, `trace-cmd report` and `perf script`.
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

#include <maxwell/sim/trace/linux_event.hpp>
#include <maxwell/sim/trace/linux_note.hpp>
#include <maxwell/sim/trace/linux_weight.hpp>
#include <maxwell/sim/trace/scan.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <algorithm>      // min
#include <cstddef>        // size_t
#include <cstdint>        // int64_t, uint32_t, uint64_t
#include <set>            // processors
#include <string>         // numbers in a clause
#include <string_view>    // text of a line
#include <unordered_map>  // tasks
#include <vector>         // jobs

namespace maxwell::sim {

class linux_sched_format {
public:
    static constexpr std::string_view name = "Linux scheduler trace";

    /// Is `line` an event of this format, of whatever kind?
    static bool recognises(std::string_view line) {
        linux_event e;
        return find_linux_event(line, e);
    }

    /// Takes a line in; the jobs that end in it go to `jobs`. O(line).
    verdict line(std::string_view text, std::uint64_t number, std::vector<job>& jobs) {
        if (is_linux_comment(text)) {
            heed(read_linux_comment(text));
            return {line_kind::comment};
        }
        if (text.starts_with("<!DOCTYPE html") || text.starts_with("<html")) in_page_ = true;
        linux_event e;
        if (!find_linux_event(text, e)) {
            const linux_note n = read_linux_note(text);
            heed(n);
            return in_page_ && n.said.kind == line_kind::broken ? verdict{line_kind::other} : n.said;
        }
        count_time(e.at_ns);
        if (!e.name.starts_with("sched_")) return {line_kind::other};
        begin_ns_.try_emplace(e.cpu, e.at_ns);
        last_ns_ = std::max(last_ns_, e.at_ns);
        if (e.cpu < most_processors) seen_.insert(e.cpu);
        if (e.name == "sched_switch") return take_switch(e, number, jobs);
        if (e.name == "sched_wakeup" || e.name == "sched_wakeup_new") return take_wakeup(e, number);
        if (e.name == "sched_stat_runtime") return take_runtime(e, number);
        return {line_kind::other};
    }

    /// Does the trace stand in a web page, as systrace writes it? What isn't an event is the page's, then.
    bool in_page() const noexcept { return in_page_; }

    /// Hands over what was read, and to `jobs` those that the trace's end cuts off. Call it once.
    void finish(workload& out, std::vector<job>& jobs) {
        for (auto& [pid, t] : tasks_) {
            if (!t.open) continue;
            leave_processor(t, last_ns_);
            if (service_ns(t) == 0) {
                ++out.never_ran;
                continue;
            }
            ++out.unfinished;
            close(pid, t, jobs);
        }
        // Processors that are switched off leave gaps in the numbers, so a header's count goes before the highest number.
        const auto seen = static_cast<std::uint32_t>(seen_.size());
        out.processors = std::max(1u, stated_ != 0 ? std::max(stated_, seen) : seen_.empty() ? 1 : *seen_.rbegin() + 1);
        out.lost_events = std::max(lost_, overwritten_);
        out.unseen = unseen_;
        if (const std::uint64_t quarter = events_ / 4;
            backwards_ >= std::max<std::uint64_t>(quarter, first_ns_ == 0 ? 1 : 8)) {
            out.unusable =
                "its times run backwards in " + std::to_string(backwards_) + " of " + std::to_string(events_) +
                " events: they are differences, as perf script --deltatime prints; print it without that option";
        }
        out.missing = switches_ > 0  ? "only idle tasks are switched to in it"
                      : wakeups_ > 0 ? "it holds wake-ups and no sched_switch: record that event too"
                                     : "it holds no sched_switch event: record sched_switch and sched_wakeup";
    }

private:
    static constexpr std::uint32_t most_processors = 1 << 16;

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

    /// What a line that is no event says of the recording. A header of too many processors says nothing.
    void heed(linux_note const& n) {
        if (n.gap) forget(*n.gap);
        if (n.processors) stated_ = *n.processors <= most_processors ? *n.processors : 0;
        lost_ += n.lost;
        overwritten_ += n.overwritten;
    }

    void count_time(std::uint64_t at_ns) {
        if (events_++ == 0) first_ns_ = at_ns;
        if (at_ns < previous_ns_) ++backwards_;
        previous_ns_ = at_ns;
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

    // --- events --------------------------------------------------------------------------------------------------------

    verdict take_wakeup(linux_event const& e, std::uint64_t number) {
        linux_task who;
        if (!find_linux_task(e.fields, " pid=", " prio=", who) && !find_linux_task(e.fields, ":", " [", who)) {
            return {line_kind::broken, "a wake-up without pid and prio"};
        }
        ++wakeups_;
        if (who.pid == 0) return {};
        task& t = tasks_[who.pid];
        t.priority = who.priority;
        if (!t.open) open(t, e.at_ns, number);
        return {};
    }

    verdict take_runtime(linux_event const& e, std::uint64_t number) {
        const std::size_t at = e.fields.rfind(" runtime=");
        const std::size_t pid_at = e.fields.substr(0, at).rfind(" pid=");
        scanner in(at == std::string_view::npos ? std::string_view{} : e.fields.substr(at));
        scanner pid_in(pid_at == std::string_view::npos ? std::string_view{} : e.fields.substr(pid_at));
        std::uint32_t pid = 0;
        std::uint64_t ns = 0;
        if (!pid_in.take(" pid=") || !pid_in.take_number(pid)) return {line_kind::broken, "a run time without pid"};
        if (!in.take(" runtime=") || !in.take_number(ns) || ns >= linux_longest_ns) {
            return {line_kind::broken, "a run time that is no number of its range"};
        }
        if (pid == 0) return {};
        const auto [place, is_new] = tasks_.try_emplace(pid);
        task& t = place->second;
        if (is_new) open(t, begin_ns_[e.cpu], number);  // it runs, so it was woken before the trace began
        if (!t.open) return {};                         // the rest of a burst that has ended
        t.reported = true;
        t.reported_ns = std::min(t.reported_ns + ns, linux_longest_ns);
        return {};
    }

    /// "... prev_pid=N prev_prio=N prev_state=S ==> next_comm=NAME next_pid=N next_prio=N", -R has no arrow, or
    /// "NAME:N [N] S ==> NAME:N [N]".
    verdict take_switch(linux_event const& e, std::uint64_t number, std::vector<job>& jobs) {
        linux_task before, after;
        bool runnable = false;
        if (!find_leaving_task(e.fields, " prev_pid=", " prev_prio=", " prev_state=", " next_comm=", before,
                               runnable) &&
            !find_leaving_task(e.fields, ":", " [", "] ", " ", before, runnable)) {
            return {line_kind::broken, "a switch without the leaving task's pid, prio and state"};
        }
        if (!find_linux_task(e.fields, " next_pid=", " next_prio=", after) &&
            !find_linux_task(e.fields, ":", " [", after)) {
            return {line_kind::broken, "a switch without the next task's pid and prio"};
        }
        ++switches_;
        displace(e.cpu, before.pid, jobs);
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
            if (!runnable && t.open) close(before.pid, t, jobs);
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
    void displace(std::uint32_t cpu, std::uint32_t pid, std::vector<job>& jobs) {
        const std::uint32_t given = on_cpu_[cpu];
        if (given == 0 || given == pid) return;
        task& t = tasks_[given];
        if (!t.running || t.cpu != cpu) return;
        t.running = false;
        ++unseen_;
        if (service_ns(t) > 0) {
            close(given, t, jobs);
        } else {
            t.open = false;
        }
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
    static void close(std::uint32_t pid, task& t, std::vector<job>& jobs) {
        job j;
        j.arrival_us = t.arrival_ns / 1000;
        j.service_us = std::max<std::uint64_t>(1, (service_ns(t) + 999) / 1000);
        j.weight = weight_of_priority(t.priority);
        j.key = pid;
        j.line = t.line;
        jobs.push_back(j);
        t.open = false;
        t.running = false;
    }

    std::unordered_map<std::uint32_t, task> tasks_;
    std::unordered_map<std::uint32_t, std::uint64_t> begin_ns_;  ///< of a processor's record, by processor
    std::unordered_map<std::uint32_t, std::uint32_t> on_cpu_;    ///< the task that a processor was last given to
    std::set<std::uint32_t> seen_;                               ///< processors
    std::uint32_t stated_ = 0;                                   ///< processors by the header; 0 where it doesn't say
    std::uint64_t lost_ = 0;                                     ///< by the notes
    std::uint64_t overwritten_ = 0;                              ///< by the header
    std::uint64_t unseen_ = 0;
    std::uint64_t switches_ = 0;
    std::uint64_t wakeups_ = 0;
    std::uint64_t events_ = 0;     ///< of any kind
    std::uint64_t backwards_ = 0;  ///< events before their predecessor
    std::uint64_t first_ns_ = 0;
    std::uint64_t previous_ns_ = 0;
    std::uint64_t last_ns_ = 0;
    bool in_page_ = false;  ///< the trace stands in a web page, as systrace writes it
};

}  // namespace maxwell::sim
