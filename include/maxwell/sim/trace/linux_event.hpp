// SPDX-License-Identifier: MIT
//
// find_linux_event: an event of the kernel in a line of text, whichever tool printed it.
//
//     tracefs     bash-4328    [000] d..2.  1828.031232: sched_switch: prev_comm=bash prev_pid=4328 ... ==> next_comm=...
//     trace-cmd   bash-4821    [001]  2008.184128: sched_switch:         bash:4821 [120] S ==> swapper/1:0 [120]
//     perf        perf  4349   [000]  1829.325537:  sched:sched_switch: prev_comm=perf prev_pid=4349 ... ==> next_comm=...
//
// Any of the three may print the fields in either way, by name or as comm:pid [prio]; with -R trace-cmd prints the state as
// a number. A name of a task may hold blanks, brackets and anything else, so lines are never cut at blanks from the left:
// each event is found by a pattern that is longer than the 15 characters that a name can have. Every function is linear in
// the line.

#pragma once

#include <maxwell/sim/trace/scan.hpp>

#include <charconv>      // from_chars
#include <cstddef>       // size_t
#include <cstdint>       // int32_t, int64_t, uint32_t, uint64_t
#include <string_view>   // text of a line
#include <system_error>  // errc

namespace maxwell::sim {

/// 146 years: more is no time of a machine.
inline constexpr std::uint64_t linux_longest_ns = std::uint64_t{1} << 62;

/// An event of any kind.
struct linux_event {
    std::uint64_t at_ns = 0;
    std::uint32_t cpu = 0;
    std::string_view name;
    std::string_view fields;
};

namespace detail {

inline bool take_time_and_name(scanner& in, linux_event& e) {
    scanner ahead = in;
    std::int64_t at = 0;
    if (ahead.at_end() || !scanner::is_digit(ahead.rest().front()) || !ahead.take_decimal<9>(at)) return false;
    // Without a fraction it is no time in seconds but a count, as the kernel's other trace clocks print it.
    const std::string_view seconds = in.rest().substr(0, in.rest().size() - ahead.rest().size());
    if (seconds.find('.') == std::string_view::npos || static_cast<std::uint64_t>(at) >= linux_longest_ns) return false;
    const bool ended = ahead.take(":");
    ahead.take_blanks();
    if (std::uint64_t after = 0; ahead.take("(+")) {  // trace-cmd --ts-diff: since the event before
        if (!ahead.take_number(after) || !ahead.take(")")) return false;
        if (!ended && !ahead.take(":")) return false;
        ahead.take_blanks();
    } else if (!ended) {
        return false;
    }
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

/// R and R+, "(R)" in an old form. As a number the low eight bits say why a task sleeps; the kernel's mark of a preempted
/// one lies above them, at 256 to 4,096 by its version.
inline bool is_runnable(std::string_view state) {
    if (state.starts_with('(') && state.ends_with(')')) state = state.substr(1, state.size() - 2);
    if (state == "R" || state == "R+") return true;
    const bool hex = state.starts_with("0x");
    if (hex) state.remove_prefix(2);
    std::uint32_t bits = 0;
    const auto [end, error] = std::from_chars(state.data(), state.data() + state.size(), bits, hex ? 16 : 10);
    return error == std::errc{} && end == state.data() + state.size() && (bits & 0xFF) == 0;
}

}  // namespace detail

/// Finds "[cpu] flags seconds.fraction: name: fields" wherever in the line it begins; flags may be missing.
inline bool find_linux_event(std::string_view text, linux_event& e) {
    for (std::size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1)) {
        scanner in(text.substr(at + 1));
        if (!in.take_number(e.cpu) || !in.take("]") || !in.take_blanks()) continue;
        if (detail::take_time_and_name(in, e)) return true;
        std::string_view flags;
        if (in.take_word(flags) && in.take_blanks() && detail::take_time_and_name(in, e)) return true;
    }
    return false;
}

/// A task as an event names it.
struct linux_task {
    std::uint32_t pid = 0;
    std::int32_t priority = 120;
};
/// "comm=NAME pid=N prio=N ..." or "NAME:N [N] ..."; the last match, since a name can only imitate it before the fields.
inline bool find_linux_task(std::string_view fields, std::string_view pid_tag, std::string_view prio_tag,
                            linux_task& found) {
    for (std::size_t at = fields.rfind(pid_tag); at != std::string_view::npos;
         at = at == 0 ? std::string_view::npos : fields.rfind(pid_tag, at - 1)) {
        scanner in(fields.substr(at));
        if (in.take(pid_tag) && in.take_number(found.pid) && in.take(prio_tag) && in.take_number(found.priority)) {
            return true;
        }
    }
    return false;
}

/// The task that leaves: the first place where all of pid, prio, state and what comes then stand one after another.
inline bool find_leaving_task(std::string_view fields, std::string_view pid_tag, std::string_view prio_tag,
                              std::string_view state_tag, std::string_view then, linux_task& found, bool& runnable) {
    for (std::size_t at = fields.find(pid_tag); at != std::string_view::npos; at = fields.find(pid_tag, at + 1)) {
        scanner in(fields.substr(at));
        std::string_view state;
        if (!in.take(pid_tag) || !in.take_number(found.pid) || !in.take(prio_tag)) continue;
        if (!in.take_number(found.priority) || !in.take(state_tag) || !in.take_word(state)) continue;
        in.take(" ==>");
        if (!in.take(then)) continue;
        runnable = detail::is_runnable(state);
        return true;
    }
    return false;
}

}  // namespace maxwell::sim
