// SPDX-License-Identifier: MIT
//
// alibaba_format: batch tasks with start, end and shares of processors, as published by Alibaba.
//
//     batch_task.csv        M1,1,j_1,1,Terminated,90000,90030,100.00,0.20          cluster-trace-v2018, 9 columns
//     pai_task_table.csv    4f05,worker,2.0,Terminated,90000.0,90030.0,600.0,29.3,50.0,MISC     gpu-v2020, 10 columns
//     openb_pod_list*.csv   openb-pod-0017,88000,327680,8,1000,,LS,Running,9437497,9769854,9437497    gpu-v2023, 11 columns
//
// The first two have no heading; the third's is a comment. Times are in seconds. A task arrives when it was created, or starts
// where the table doesn't tell, and is served from its start to its end, on so many hundredths (thousandths in the third) of a
// processor as it asks for, times its instances. In the tables of GPUs the GPU is what is sold; a task asks for its share of
// GPUs, or for its processors at 16 beside a GPU where that is more, a round number of the order of such machines. The machine
// is as wide as the widest task. A task without start or end, or that ends before it starts, is `other`: it is still running, or
// waits, or is cut off by the trace's end.

#pragma once

#include <maxwell/sim/trace/scan.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <algorithm>    // max
#include <array>        // fields
#include <cstddef>      // size_t
#include <cstdint>      // int64_t, uint32_t, uint64_t
#include <string_view>  // text of a line
#include <vector>       // jobs

namespace maxwell::sim {

class alibaba_format {
public:
    static constexpr std::string_view name = "Alibaba cluster trace";

    /// Processors that count as much as a GPU.
    static constexpr std::int64_t processors_per_gpu = 16;

    /// Is `line` a task of one of the tables, or the heading of the third?
    static bool recognises(std::string_view line) {
        std::vector<job> jobs;
        return is_heading(line) || alibaba_format().line(line, 1, jobs).kind == line_kind::record;
    }

    /// Takes a line in; its job goes to `jobs`. O(line).
    verdict line(std::string_view text, std::uint64_t number, std::vector<job>& jobs) {
        scanner in(text);
        in.take_blanks();
        if (in.at_end() || is_heading(text)) return {line_kind::comment};
        std::array<std::string_view, 11> field;
        std::size_t count = 0;
        while (count < field.size() && in.take_field(field[count])) ++count;
        if (!in.at_end()) return {line_kind::broken, "more than 11 columns"};
        task t;
        std::string_view reason = "neither 9, 10 nor 11 columns";
        if (count == 9) reason = take_2018(field, t);
        if (count == 10) reason = take_2020(field, t);
        if (count == 11) reason = take_2023(field, t);
        if (!reason.empty()) return {line_kind::broken, reason};
        if (t.start_us <= 0 || t.end_us < t.start_us) return {line_kind::other};

        job j;
        j.arrival_us = static_cast<std::uint64_t>(t.arrival_us);
        j.service_us = static_cast<std::uint64_t>(std::max<std::int64_t>(t.end_us - t.start_us, micro / 2));
        j.width = static_cast<std::uint32_t>(std::max<std::int64_t>(1, t.width));
        j.line = number;
        widest_ = std::max(widest_, j.width);
        jobs.push_back(j);
        return {line_kind::record};
    }

    /// Hands over what was read. Call it once.
    void finish(workload& out, std::vector<job>&) {
        out.processors = widest_;
        out.width_unit = "shares of a processor or GPU";
        out.missing = "none of its tasks has a start and an end";
    }

private:
    using fields = std::array<std::string_view, 11>;
    static constexpr std::int64_t micro = 1'000'000;

    struct task {
        std::int64_t arrival_us = 0;
        std::int64_t start_us = 0;  ///< 0: the trace doesn't tell
        std::int64_t end_us = 0;
        std::int64_t width = 0;
    };

    static bool is_heading(std::string_view line) {
        return line ==
               "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,"
               "scheduled_time";
    }

    /// A number in units of 10^-Digits that is not negative; an empty field is 0.
    template <int Digits>
    static bool take(std::string_view field, std::int64_t& value) {
        value = 0;
        scanner in(field);
        return field.empty() || (in.take_decimal<Digits>(value) && in.at_end() && value >= 0);
    }

    static bool is_status(std::string_view field) {
        return !field.empty() && field.find_first_of("0123456789") == std::string_view::npos;
    }

    static bool fits(std::int64_t share, std::int64_t instances, task& t) {
        return !__builtin_mul_overflow(share, instances, &t.width) && t.width <= 0xFFFF'FFFF;
    }

    static std::string_view take_2018(fields const& f, task& t) {
        std::int64_t instances = 0, hundredths = 0;
        if (!take<0>(f[1], instances)) return "the number of instances is no count";
        if (!is_status(f[4])) return "the status is no word";
        if (!take<6>(f[5], t.start_us) || !take<6>(f[6], t.end_us)) return "start or end is no number of seconds";
        if (!take<0>(f[7], hundredths) || !fits(hundredths, std::max<std::int64_t>(1, instances), t))
            return "plan_cpu is no share of 32 bits";
        t.arrival_us = t.start_us;
        return {};
    }

    static std::string_view take_2020(fields const& f, task& t) {
        std::int64_t instances = 0, processors = 0, gpus = 0;
        if (!take<0>(f[2], instances)) return "the number of instances is no count";
        if (!is_status(f[3])) return "the status is no word";
        if (!take<6>(f[4], t.start_us) || !take<6>(f[5], t.end_us)) return "start or end is no number of seconds";
        if (!take<0>(f[6], processors) || !take<0>(f[8], gpus) ||
            !fits(std::max(gpus, processors / processors_per_gpu), std::max<std::int64_t>(1, instances), t))
            return "plan_cpu or plan_gpu is no share of 32 bits";
        t.arrival_us = t.start_us;
        return {};
    }

    static std::string_view take_2023(fields const& f, task& t) {
        std::int64_t processors = 0, gpus = 0, of_each = 0;
        if (!take<0>(f[1], processors)) return "cpu_milli is no share";
        if (!take<0>(f[3], gpus) || !take<0>(f[4], of_each) || !fits(of_each, gpus, t))
            return "the GPUs are no share of 32 bits";
        if (!is_status(f[7])) return "the phase is no word";
        if (!take<6>(f[8], t.arrival_us) || !take<6>(f[9], t.end_us) || !take<6>(f[10], t.start_us))
            return "a time is no number of seconds";
        if (!fits(std::max(t.width, processors / processors_per_gpu), 1, t)) return "cpu_milli is no share of 32 bits";
        return {};
    }

    std::uint32_t widest_ = 1;
};

}  // namespace maxwell::sim
