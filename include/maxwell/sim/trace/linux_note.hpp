// SPDX-License-Identifier: MIT
//
// linux_note: what a scheduler trace holds beside events, whichever tool printed it: a header, notes on lost events, calls, stacks.
//
//     # entries-in-buffer/entries-written: 1981/28381   #P:6     tracefs: 26,400 events were overwritten, 6 processors
//     # nrcpus online : 6            cpus=6                      perf and trace-cmd: processors
//     ##### CPU 1 buffer started ####                            tracefs: the record of processor 1 begins here
//     CPU:1 [LOST 12 EVENTS]                                     tracefs and trace-cmd: it has a gap here
//
// Every function is linear in the line.

#pragma once

#include <maxwell/sim/trace/scan.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <cstdint>      // int64_t, uint32_t, uint64_t
#include <optional>     // what a note says
#include <string_view>  // text of a line

namespace maxwell::sim {

struct linux_note {
    verdict said = {};                        ///< `comment`, `other` or `broken`
    std::optional<std::uint32_t> gap;         ///< what this processor runs is not known until its next switch
    std::optional<std::uint32_t> processors;  ///< of the machine, as the recorder states them
    std::uint64_t lost = 0;                   ///< events
    std::uint64_t overwritten = 0;            ///< events
};

/// Is it empty, or a line of a header?
inline bool is_linux_comment(std::string_view text) {
    scanner in(text);
    in.take_blanks();
    return in.at_end() || text.starts_with('#') || text.starts_with("cpus=") || text.starts_with("version = ");
}

/// What a comment says of the recording.
inline linux_note read_linux_comment(std::string_view text) {
    constexpr std::string_view entries = "# entries-in-buffer/entries-written: ";
    linux_note n;
    n.said = {line_kind::comment};
    scanner in(text);
    std::uint32_t number = 0;
    if (in.take("##### CPU ")) {
        if (in.take_number(number)) n.gap = number;
    } else if (in.take("cpus=") || in.take("# nrcpus online : ")) {
        if (in.take_number(number)) n.processors = number;
    } else if (in.take(entries)) {
        if (in.rest() == "30624/30624   #P:4") return n;  // Perfetto's converter writes this before every trace
        std::uint64_t kept = 0, written = 0;
        if (in.take_number(kept) && in.take("/") && in.take_number(written) && written > kept)
            n.overwritten = written - kept;
        in.take_blanks();
        if (in.take("#P:") && in.take_number(number)) n.processors = number;
    }
    return n;
}

/// What a line is that is neither a comment nor an event.
inline linux_note read_linux_note(std::string_view text) {
    linux_note n;
    n.said = {line_kind::other};
    scanner in(text);
    const bool indented = in.take_blanks();
    std::uint32_t cpu = 0;
    if (in.rest().starts_with("CPU")) {
        // "CPU:1 [LOST 12 EVENTS]", "CPU:1 [12 EVENTS DROPPED]", "CPU:1 [EVENTS DROPPED]", "CPU 1 is empty"
        const std::string_view rest = in.rest();
        if (rest.ends_with(" EVENTS]") || rest.ends_with(" EVENTS DROPPED]") || rest.ends_with("[EVENTS DROPPED]")) {
            scanner count(rest.substr(rest.find('[') + 1));
            count.take("LOST ");
            n.lost = 1;  // an unknown number is at least one
            count.take_number(n.lost);
            scanner at(rest.substr(4));
            if (at.take_number(cpu)) n.gap = cpu;
            return n;
        }
        if (rest.ends_with(" is empty")) return n;
    }
    if (in.rest().starts_with("=> ") || text.ends_with("stack trace>")) return n;
    if (text.find("PERF_RECORD_") != std::string_view::npos) return n;
    // function_graph: " 0)   1.234 us    |  schedule();", after a time and a bar with that option, and lines between tasks
    std::int64_t at = 0;
    scanner graph = in, timed = in;
    if (timed.take_decimal<9>(at) && timed.take_blanks() && timed.take("|")) {
        timed.take_blanks();
        graph = timed;
    }
    if (graph.take_number(cpu) && graph.take(")")) return n;
    if (in.rest().find_first_not_of('-') == std::string_view::npos) return n;
    // A frame of a stack, an address first or a name alone: "  7f12 main+0x10 (/bin/x)"
    std::string_view word;
    if (indented && text.find(": ") == std::string_view::npos) return n;
    if (indented && in.take_word(word) && word.find_first_not_of("0123456789abcdef") == std::string_view::npos)
        return n;
    n.said = {line_kind::broken, "no event: no [cpu], time in seconds and name of an event"};
    return n;
}

}  // namespace maxwell::sim
