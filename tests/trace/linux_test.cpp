// SPDX-License-Identifier: MIT
//
// Linux scheduler traces: the three tools' output, what a burst is, and everything else that stands in such a file.

#include "trace_file.hpp"

#include <maxwell/sim/trace/linux_weight.hpp>

#include <gtest/gtest.h>

#include <string>

namespace maxwell::test {
namespace {

/// One history, as the tools print it: task 20 is woken at 10.000100, runs 300 us, is preempted by 30, which runs 50 us and
/// sleeps, runs 200 us more and sleeps.
const std::string tracefs = R"(# tracer: nop
#
# entries-in-buffer/entries-written: 7/7   #P:2
          <idle>-0       [001] dNh2.    10.000100: sched_wakeup: comm=a pid=20 prio=120 target_cpu=001
          <idle>-0       [001] d..2.    10.000200: sched_switch: prev_comm=swapper/1 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=a next_pid=20 next_prio=120
               a-20      [001] dNh2.    10.000400: sched_wakeup_new: comm=b pid=30 prio=100 target_cpu=001
               a-20      [001] d..2.    10.000500: sched_switch: prev_comm=a prev_pid=20 prev_prio=120 prev_state=R+ ==> next_comm=b next_pid=30 next_prio=100
               b-30      [001] d..2.    10.000550: sched_switch: prev_comm=b prev_pid=30 prev_prio=100 prev_state=D ==> next_comm=a next_pid=20 next_prio=120
               a-20      [001] d..2.    10.000750: sched_switch: prev_comm=a prev_pid=20 prev_prio=120 prev_state=S ==> next_comm=swapper/1 next_pid=0 next_prio=120
)";

const std::string trace_cmd = R"(cpus=2
          <idle>-0     [001]    10.000100: sched_wakeup:         a:20 [120] CPU:001
          <idle>-0     [001]    10.000200: sched_switch:         swapper/1:0 [120] R ==> a:20 [120]
               a-20    [001]    10.000400: sched_wakeup_new:     b:30 [100] success=1 CPU:001
               a-20    [001]    10.000500: sched_switch:         a:20 [120] R ==> b:30 [100]
               b-30    [001]    10.000550: sched_switch:         b:30 [100] D ==> a:20 [120]
               a-20    [001]    10.000750: sched_switch:         a:20 [120] S ==> swapper/1:0 [120]
)";

const std::string trace_cmd_raw = R"(cpus=2
maxwell:            <idle>-0     [001]    10.000100000: sched_wakeup:          comm=a pid=20 prio=120 target_cpu=001
maxwell:            <idle>-0     [001]    10.000200000: sched_switch:          prev_comm=swapper/1 prev_pid=0 prev_prio=120 prev_state=0 next_comm=a next_pid=20 next_prio=120
maxwell:                 a-20    [001]    10.000400000: sched_wakeup_new:      comm=b pid=30 prio=100 target_cpu=001
maxwell:                 a-20    [001]    10.000500000: sched_switch:          prev_comm=a prev_pid=20 prev_prio=120 prev_state=256 next_comm=b next_pid=30 next_prio=100
maxwell:                 b-30    [001]    10.000550000: sched_switch:          prev_comm=b prev_pid=30 prev_prio=100 prev_state=2 next_comm=a next_pid=20 next_prio=120
maxwell:                 a-20    [001]    10.000750000: sched_switch:          prev_comm=a prev_pid=20 prev_prio=120 prev_state=1 next_comm=swapper/1 next_pid=0 next_prio=120
)";

const std::string perf =
    R"(         swapper     0 [001]    10.000100:       sched:sched_wakeup: comm=a pid=20 prio=120 target_cpu=001
         swapper     0 [001]    10.000200:       sched:sched_switch: prev_comm=swapper/1 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=a next_pid=20 next_prio=120
               a    20 [001]    10.000400:   sched:sched_wakeup_new: comm=b pid=30 prio=100 target_cpu=001
               a    20 [001]    10.000500:       sched:sched_switch: prev_comm=a prev_pid=20 prev_prio=120 prev_state=R+ ==> next_comm=b next_pid=30 next_prio=100
               b    30 [001]    10.000550:       sched:sched_switch: prev_comm=b prev_pid=30 prev_prio=100 prev_state=D ==> next_comm=a next_pid=20 next_prio=120
               a    20 [001]    10.000750:       sched:sched_switch: prev_comm=a prev_pid=20 prev_prio=120 prev_state=S ==> next_comm=swapper/1 next_pid=0 next_prio=120
)";

/// An event of task `comm` in tracefs' form.
std::string event(std::string const& at, std::string const& what, std::string const& comm = "x-1") {
    return "  " + comm + "  [000] d..2. " + at + ": " + what + "\n";
}
std::string runs(std::string const& at, int pid, std::string const& ns) {
    return event(at, "sched_stat_runtime: comm=x pid=" + std::to_string(pid) + " runtime=" + ns + " [ns]");
}
std::string wakes(std::string const& at, int pid) {
    return event(at, "sched_wakeup: comm=x pid=" + std::to_string(pid) + " prio=120 target_cpu=000");
}
std::string leaves(std::string const& at, int pid, std::string const& state) {
    return event(at, "sched_switch: prev_comm=x prev_pid=" + std::to_string(pid) +
                         " prev_prio=120 prev_state=" + state + " ==> next_comm=swapper/0 next_pid=0 next_prio=120");
}
std::string comes(std::string const& at, int pid) {
    return event(at,
                 "sched_switch: prev_comm=swapper/0 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=x next_pid=" +
                     std::to_string(pid) + " next_prio=120");
}

TEST(linux_sched, one_history_by_every_tool) {
    for (std::string const& text : {tracefs, trace_cmd, trace_cmd_raw, perf}) {
        SCOPED_TRACE(text);
        const auto w = read(text);
        EXPECT_EQ(w.format, "Linux scheduler trace");
        EXPECT_EQ(w.processors, 2u);
        EXPECT_EQ(w.records, 6u);
        EXPECT_EQ(w.broken, 0u);
        EXPECT_EQ(w.unfinished + w.never_ran, 0u);
        ASSERT_EQ(w.jobs.size(), 2u);
        const std::uint64_t first = w.lines - 5;  // of its line: there are headings
        EXPECT_EQ(w.jobs[0], (sim::job{0, 500, 1024, 1, 20, first}));
        EXPECT_EQ(w.jobs[1], (sim::job{300, 50, sim::weight_of_priority(100), 1, 30, first + 2}));
    }
}

TEST(linux_sched, reported_run_time_counts_before_the_switches) {
    const auto w = read(wakes("1.000000", 5) + comes("1.000010", 5) + runs("1.000500", 5, "400001") +
                        runs("1.000900", 5, "300000") + leaves("1.001000", 5, "S"));
    ASSERT_EQ(w.jobs.size(), 1u);
    EXPECT_EQ(w.jobs[0].service_us, 701u);  // rounded up
}

TEST(linux_sched, every_state_but_runnable_ends_a_burst) {
    for (std::string const state : {"S", "D", "I", "X", "Z", "T", "t", "P", "D|K", "DN", "1", "2", "0x80"}) {
        const auto w = read(wakes("1.0", 5) + comes("1.0", 5) + leaves("1.000003", 5, state) + comes("1.1", 5));
        EXPECT_EQ(w.jobs.size(), 1u) << state;
    }
    for (std::string const state : {"R", "R+", "0", "256", "0x100"}) {
        const auto w = read(wakes("1.0", 5) + comes("1.0", 5) + leaves("1.000003", 5, state) + comes("1.1", 5) +
                            leaves("1.100004", 5, "S"));
        ASSERT_EQ(w.jobs.size(), 1u) << state;
        EXPECT_EQ(w.jobs[0].service_us, 7u) << state;
    }
}

TEST(linux_sched, tasks_that_ran_before_the_trace) {
    const auto w = read(wakes("1.000000", 9) + leaves("1.000100", 5, "S") + runs("1.000200", 6, "70000") +
                        leaves("1.000300", 6, "S"));
    ASSERT_EQ(w.jobs.size(), 2u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 100, 1024, 1, 5, 2}));
    EXPECT_EQ(w.jobs[1], (sim::job{0, 70, 1024, 1, 6, 3}));
    EXPECT_EQ(w.never_ran, 1u);
}

TEST(linux_sched, the_traces_end_cuts_bursts_off) {
    const auto w = read(wakes("1.0", 5) + wakes("1.0", 6) + comes("1.000100", 5) + wakes("1.000400", 7));
    ASSERT_EQ(w.jobs.size(), 1u);
    EXPECT_EQ(w.jobs[0].service_us, 300u);
    EXPECT_EQ(w.unfinished, 1u);
    EXPECT_EQ(w.never_ran, 2u);
}

TEST(linux_sched, tasks_that_leave_unseen) {
    // 5 leaves unseen, in favour of 6, which sleeps after 10 us; with service of its own seen before, 5 is a job of that.
    auto w = read(wakes("1.0", 5) + comes("1.0", 5) + wakes("1.5", 6) + comes("2.0", 6) + leaves("2.000010", 6, "S"));
    ASSERT_EQ(w.jobs.size(), 1u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 10, 1024, 1, 6, 3}));
    EXPECT_EQ(w.unseen, 1u);
    EXPECT_EQ(w.unfinished, 0u);
    w = read(wakes("1.0", 5) + comes("1.0", 5) + runs("1.000020", 5, "7000") + wakes("1.5", 6) +
             leaves("2.000010", 6, "S") + comes("2.1", 5) + leaves("2.100005", 5, "D"));
    ASSERT_EQ(w.jobs.size(), 3u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 7, 1024, 1, 5, 1}));
    EXPECT_EQ(w.jobs[1], (sim::job{500'000, 1, 1024, 1, 6, 4}));  // since when it ran was not seen
    EXPECT_EQ(w.jobs[2], (sim::job{1'100'000, 5, 1024, 1, 5, 6}));
    EXPECT_EQ(w.unseen, 1u);
    EXPECT_EQ(w.never_ran, 0u);
}

TEST(linux_sched, second_wake_up_of_a_waiting_task_is_no_new_burst) {
    const auto w = read(wakes("1.0", 5) + wakes("1.000050", 5) + comes("1.000100", 5) + leaves("1.000200", 5, "S"));
    ASSERT_EQ(w.jobs.size(), 1u);
    EXPECT_EQ(w.jobs[0].line, 1u);
}

TEST(linux_sched, the_idle_task_is_no_job) {
    const auto w = read(runs("1.0", 0, "5000") + wakes("1.0", 0) + comes("1.0", 0) + leaves("1.1", 0, "R"));
    EXPECT_TRUE(w.jobs.empty());
    EXPECT_EQ(w.records, 4u);
    EXPECT_EQ(w.never_ran, 0u);
}

TEST(linux_sched, names_that_imitate_fields) {
    const std::string hostile = " prev_pid=7";
    auto w = read(event("1.0",
                        "sched_switch: prev_comm=" + hostile + " prev_pid=5 prev_prio=120 prev_state=S ==> next_comm=" +
                            " next_pid=8 next_pid=6 next_prio=121",
                        "a [001] b-5") +
                  leaves("1.000010", 6, "S"));
    ASSERT_EQ(w.jobs.size(), 2u);
    EXPECT_EQ(w.jobs[0].key, 5u);
    EXPECT_EQ(w.jobs[1].key, 6u);
    w = read(
        "  x y:1 [2]-5  [001]  1.000000: sched_wakeup:   x y:1 [2]:5 [120] CPU:001\n"
        "  x y:1 [2]-5  [001]  1.000000: sched_switch:   swapper/0:0 [120] R ==> x y:1 [2]:5 [120]\n"
        "  x y:1 [2]-5  [001]  1.000004: sched_switch:   x y:1 [2]:5 [120] S ==> x:9 [1]:0 [120]\n");
    EXPECT_EQ(w.broken, 0u);
    ASSERT_EQ(w.jobs.size(), 1u);
    EXPECT_EQ(w.jobs[0].key, 5u);
    EXPECT_EQ(w.jobs[0].service_us, 4u);
    w = read(event("1.0", "sched_wakeup: comm= pid=1 prio=2 pid=5 prio=120 target_cpu=000"));
    EXPECT_EQ(w.never_ran, 1u);
}

TEST(linux_sched, other_lines) {
    const auto w =
        read(event("1.0", "sched_waking: comm=x pid=5 prio=120 target_cpu=000") +
             event("1.0", "sched_migrate_task: comm=x pid=5") + event("1.0", "irq_handler_entry: irq=1 name=y") +
             "CPU:1 [LOST 12 EVENTS]\nCPU:0 [7 EVENTS DROPPED]\nCPU:0 [EVENTS DROPPED]\nCPU 1 is empty\n"
             "  bash-4 [000] d..2. 1.5: <stack trace>\n => schedule\n\tffffffff81234567 schedule+0x10 ([kernel])\n"
             "\n##### CPU 1 buffer started ####\n");
    EXPECT_EQ(broken(w), "");
    EXPECT_EQ(w.other, 10u);
    EXPECT_EQ(w.comments, 2u);
    EXPECT_EQ(w.lost_events, 20u);
}

TEST(linux_sched, calls_graphs_and_records_are_other) {
    const auto w =
        read(wakes("1.0", 5) + "  bash-4 [000] .... 1.1: sys_read(fd: 3, buf: 7f, count: 10)\n" +
             "  bash-4 [000] d... 1.1: _raw_spin_lock <-schedule\n" + "  bash-4 [000] d... 1.1: sched_clock <-x\n" +
             " 0)   1.234 us    |  schedule();\n 1)               |    sched_clock() {\n" +
             "           7f12 main+0x10 (/bin/x)\n  bash-4 [000] d..2. 1.5: <user stack trace>\n" +
             "x 0 [000] 1.5: PERF_RECORD_MMAP2 5/5: [0x1(0x2) @ 0]: r-xp /bin/x\n");
    EXPECT_EQ(broken(w), "");
    EXPECT_EQ(w.other, 8u);
    EXPECT_EQ(w.records, 1u);
}

TEST(linux_sched, graphs_with_times_and_frames_without_addresses_are_other) {
    const auto w = read(wakes("1.0", 5) +
                        "   124.974306 |   2)  systemd-693   |  d..1  0.000 us    |  __schedule();\n"
                        " ------------------------------------------\n 0)    <idle>-0    =>   bash-4328\n"
                        " ------------------------------------------\n\t        schedule+0x10 ([kernel.kallsyms])\n"
                        "\t__schedule\n  bash-4 [000] .... 1.1: sys_read -> 0x10\n");
    EXPECT_EQ(broken(w), "");
    EXPECT_EQ(w.other, 7u);
}

TEST(linux_sched, perf_can_print_a_period_before_the_event) {
    const auto w = read("  x  5/5  [000]  1.0:  250000 sched:sched_wakeup: comm=x pid=5 prio=120 target_cpu=000\n");
    EXPECT_EQ(broken(w), "");
    EXPECT_EQ(w.records, 1u);
}

/// Task 5 runs from 1.0 on, is preempted at 1.1 and sleeps from 1.3 on: one burst, as long as the state is read as preempted.
TEST(linux_sched, every_mark_of_a_preempted_task) {
    for (char const* state : {"R", "R+", "(R)", "0", "256", "1024", "2048", "4096", "0x0", "0x100", "0x400"}) {
        const auto w = read(comes("1.0", 5) + leaves("1.1", 5, state) + comes("1.2", 5) + leaves("1.3", 5, "S"));
        ASSERT_EQ(w.jobs.size(), 1u) << state;
        EXPECT_EQ(w.jobs[0].service_us, 200'000u) << state;
    }
    for (char const* state : {"S", "D", "(S)", "1", "2", "0x2", "258", "1026", "I"}) {
        EXPECT_EQ(read(comes("1.0", 5) + leaves("1.1", 5, state) + comes("1.2", 5) + leaves("1.3", 5, "S")).jobs.size(),
                  2u)
            << state;
    }
}

/// Processor 1 is first heard of at 9.0: task 5, which leaves it then, did not run there for 8 seconds.
TEST(linux_sched, a_processor_begins_at_its_first_event) {
    const std::string first =
        "  x-5 [001] d..2. 9.0: sched_switch: prev_comm=x prev_pid=5 prev_prio=120 prev_state=S ==> "
        "next_comm=swapper/1 next_pid=0 next_prio=120\n";
    const std::string later = "  x-1 [001] .... 1.5: irq_handler_entry: irq=1 name=y\n";
    for (std::string const& text : {wakes("1.0", 4) + first, wakes("1.0", 4) + later + first}) {
        const auto w = read(text);
        for (sim::job const& j : w.jobs) EXPECT_LE(j.service_us, 1u);
    }
}

/// Task 5 comes at 1.0; then a second of events is lost. What it ran in the gap is unknown, so it isn't counted.
TEST(linux_sched, nothing_is_served_across_a_gap) {
    for (char const* gap :
         {"CPU:0 [LOST 3 EVENTS]\n", "CPU:0 [EVENTS DROPPED]\n", "##### CPU 0 buffer started ####\n"}) {
        const auto w = read(comes("1.0", 5) + gap + leaves("2.0", 5, "S") + comes("2.1", 5) + leaves("2.2", 5, "S"));
        std::uint64_t served = 0;
        for (sim::job const& j : w.jobs) served += j.service_us;
        EXPECT_LE(served, 100'001u) << gap;
    }
}

/// Processors that are off leave gaps in the numbers: what the header counts goes before the highest number.
TEST(linux_sched, processors_that_the_header_states) {
    const auto on = [](int cpu) {
        return "  x-5 [" + std::to_string(cpu) + "] d..2. 1.0: sched_wakeup: comm=x pid=5 prio=120\n";
    };
    const std::string entries = "# entries-in-buffer/entries-written: ";
    EXPECT_EQ(read(on(2) + on(11)).processors, 12u);
    EXPECT_EQ(read("cpus=6\n" + on(2) + on(11)).processors, 6u);
    EXPECT_EQ(read(entries + "2/2   #P:6\n" + on(2) + on(11)).processors, 6u);
    EXPECT_EQ(read("# nrcpus online : 6\n# nrcpus avail : 12\n" + on(2) + on(11)).processors, 6u);
    EXPECT_EQ(read("cpus=1\n" + on(2) + on(11)).processors, 2u) << "no header undoes what was seen";
    EXPECT_EQ(read(entries + "30624/30624   #P:4\n" + on(1)).processors, 2u)
        << "Perfetto writes this before every trace";
    EXPECT_EQ(read("cpus=4294967295\n" + on(1)).processors, 2u);
    EXPECT_EQ(read("cpus=many\n" + on(1)).processors, 2u);
}

TEST(linux_sched, entries_that_the_buffer_did_not_keep_are_lost) {
    const std::string entries = "# entries-in-buffer/entries-written: ";
    EXPECT_EQ(read(entries + "1981/28381   #P:6\n" + wakes("1.0", 5)).lost_events, 26'400u);
    EXPECT_EQ(read(entries + "1981/1981   #P:6\n" + wakes("1.0", 5)).lost_events, 0u);
    EXPECT_EQ(read(entries + "1981/28381   #P:6\nCPU:0 [LOST 26000 EVENTS]\n" + wakes("1.0", 5)).lost_events, 26'400u)
        << "the notes in it tell of the same events";
}

/// Differences are refused: as times they would make jobs of nothing.
TEST(linux_sched, differences_are_no_times) {
    const std::string deltas = comes("0.000000", 5) + leaves("0.000250", 5, "S") + comes("0.000100", 6) +
                               leaves("0.000001", 6, "S") + comes("0.000500", 5) + leaves("0.000070", 5, "S");
    EXPECT_NE(
        refusal(deltas).find(" can't be replayed: its times run backwards in 3 of 6 events: they are differences"),
        std::string::npos);
    std::string later;
    for (int i = 0; i < 40; ++i) later += comes("0.000" + std::to_string(100 + i * 157 % 400), 5);
    EXPECT_NE(refusal(later).find("--deltatime"), std::string::npos) << "cut out of the middle";
    // Processors whose clocks differ a little, and two excerpts one after another, are no differences.
    EXPECT_EQ(read(wakes("1.000010", 5) + wakes("1.000009", 6) + wakes("1.000020", 7)).broken, 0u);
    std::string pasted;
    for (int twice = 0; twice < 2; ++twice)
        for (int i = 0; i < 20; ++i) pasted += wakes("105000.0000" + std::to_string(10 + i), 5 + i);
    EXPECT_EQ(read(pasted).broken, 0u);
}

TEST(linux_sched, trace_cmd_can_print_differences_beside_times) {
    const auto w = read(
        "  x-1 [000]  1.000000:          sched_switch:  swapper/0:0 [120] R ==> x:5 [120]\n"
        "  x-5 [000]  1.000300: (+300)   sched_switch:  x:5 [120] S ==> swapper/0:0 [120]\n"
        "  x-5 [000]  1.000400 (+100):   sched_switch:  swapper/0:0 [120] R ==> x:5 [120]\n"
        "  x-5 [000]  1.000600 (+x):     sched_switch:  x:5 [120] S ==> swapper/0:0 [120]\n");
    EXPECT_EQ(w.broken, 1u);
    EXPECT_EQ(w.records, 3u);
    ASSERT_EQ(w.jobs.size(), 1u);
    EXPECT_EQ(w.jobs[0].service_us, 300u);
}

TEST(linux_sched, what_is_missing_where_there_is_no_job) {
    EXPECT_EQ(read(wakes("1.0", 5)).missing, "it holds wake-ups and no sched_switch: record that event too");
    EXPECT_EQ(read(event("1.0", "irq_handler_entry: irq=1 name=y")).missing,
              "it holds no sched_switch event: record sched_switch and sched_wakeup");
    EXPECT_EQ(read(comes("1.0", 0)).missing, "only idle tasks are switched to in it");
    EXPECT_EQ(read(comes("1.0", 5) + leaves("1.1", 5, "S")).missing, "") << "there is a job";
}

TEST(linux_sched, each_kind_of_broken_line) {
    const auto w =
        read(wakes("1.0", 5) +                                                           //
             "what is this\n" +                                                          //
             "  x-1 [000] d..2. 12345: sched_wakeup: comm=x pid=5 prio=120\n"            //
             "  x-1 [000] d..2. 99999999999.5: sched_wakeup: comm=x pid=5 prio=120\n" +  //
             event("1.0", "sched_wakeup: comm=x pid=five prio=120") +                    //
             event("1.0", "sched_wakeup: comm=x pid=-5 prio=120") +                      //
             event("1.0", "sched_stat_runtime: comm=x runtime=5 [ns]") +                 //
             runs("1.0", 5, "18446744073709551616") +
             runs("1.0", 5, "-1") +                                                //
             event("1.0", "sched_switch: prev_comm=x prev_pid=5 prev_prio=120") +  //
             event("1.0", "sched_switch: prev_comm=x prev_pid=5 prev_prio=120 prev_state=S ==> next_comm=y") +
             event("1.0", "sched_swit"));
    EXPECT_EQ(broken(w),
              "2 no event: no [cpu], time in seconds and name of an event; "
              "3 no event: no [cpu], time in seconds and name of an event; "
              "4 no event: no [cpu], time in seconds and name of an event; "
              "5 a wake-up without pid and prio; 6 a wake-up without pid and prio; 7 a run time without pid; "
              "8 a run time that is no number of its range; 9 a run time that is no number of its range; "
              "10 a switch without the leaving task's pid, prio and state; "
              "11 a switch without the next task's pid and prio; "
              "12 no event: no [cpu], time in seconds and name of an event");
    EXPECT_EQ(w.records, 1u);
}

TEST(linux_sched, run_times_saturate) {
    const std::string huge = std::to_string((std::uint64_t{1} << 62) - 1);
    const auto w = read(runs("1.0", 5, huge) + runs("1.0", 5, huge) + runs("1.0", 5, huge) + leaves("1.1", 5, "S"));
    ASSERT_EQ(w.jobs.size(), 1u);
    EXPECT_EQ(w.jobs[0].service_us, ((std::uint64_t{1} << 62) + 999) / 1000);
}

/// Whatever a byte becomes, every line keeps a place and nothing is read beyond its end.
TEST(linux_sched, any_byte_may_be_wrong) {
    std::uint64_t state = 1;
    const auto random = [&] { return (state = state * 6364136223846793005u + 1442695040888963407u) >> 33; };
    for (std::string const& text : {tracefs, trace_cmd, perf}) {
        for (int i = 0; i < 300; ++i) {
            std::string mutated = text;
            for (int k = 0; k < 3; ++k) {
                const std::size_t at = random() % mutated.size();
                if (random() % 2 == 0) {
                    mutated[at] = static_cast<char>(random());
                } else {
                    mutated.erase(at, random() % 20);
                }
            }
            read(mutated);
        }
    }
}

TEST(linux_sched, weights) {
    using sim::weight_of_priority;
    EXPECT_EQ(weight_of_priority(120), 1024u);
    EXPECT_EQ(weight_of_priority(110), 9537u);   // 1024 x 1.25^10
    EXPECT_EQ(weight_of_priority(100), 88818u);  // 1024 x 1.25^20
    EXPECT_EQ(weight_of_priority(139), 15u);
    EXPECT_EQ(weight_of_priority(200), 15u);
    EXPECT_EQ(weight_of_priority(99), 131'072u);
    EXPECT_EQ(weight_of_priority(0), 131'072u + 99 * 1024);
    EXPECT_EQ(weight_of_priority(-1), 131'072u + 100 * 1024);
    EXPECT_EQ(weight_of_priority(-2'147'483'647), weight_of_priority(-1));
    for (int p = -1; p < 139; ++p) EXPECT_GT(weight_of_priority(p), weight_of_priority(p + 1)) << p;
}

}  // namespace
}  // namespace maxwell::test
