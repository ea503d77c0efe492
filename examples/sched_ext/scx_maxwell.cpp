// SPDX-License-Identifier: MIT
//
// scx_maxwell: loads the scheduler of scx_maxwell.bpf.c, gives groups of tasks their bids, shows what they got, and unloads it when it
// ends. However it ends, the kernel falls back to its own scheduler: the attachment is a descriptor of this process.
//
//     scx_maxwell --bid 1234=5000 --bid /sys/fs/cgroup/batch=100 --stats
//     scx_maxwell --set 1234=9000                 another process: a running scheduler's bid, from now on

#include "scx_maxwell.h"
#include "../../bench/harness/number_range.hpp"

#include <maxwell/host/shared_region.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/thermal/price_page.hpp>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <fcntl.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The compiled BPF program, a part of this one.
extern "C" const unsigned char scx_maxwell_object[], scx_maxwell_object_end[];
asm(".pushsection .rodata\n.balign 8\n.globl scx_maxwell_object, scx_maxwell_object_end\n"
    "scx_maxwell_object:\n.incbin \"" SCX_MAXWELL_OBJECT "\"\nscx_maxwell_object_end:\n.popsection");

namespace {

constexpr std::size_t lanes = 4;
constexpr std::size_t capacity = 4096;
using cells = maxwell::bid_cells<capacity>;
using reader = maxwell::board_reader<capacity>;
using prices = maxwell::price_page<lanes>;

[[noreturn]] void refuse(std::string const& why) {
    fmt::print(stderr, "scx_maxwell: {}\n", why);
    std::exit(2);
}

// --- groups --------------------------------------------------------------------------------------------------------------

/// GROUP=NUMBER of the command line.
struct setting {
    std::string group;
    std::uint32_t value;
};

setting parse(std::string const& text, char const* what) {
    const std::size_t at = text.rfind('=');
    std::uint32_t value = 0;
    const char* begin = text.data() + at + 1;
    const char* end = text.data() + text.size();
    if (at == std::string::npos || at == 0 || std::from_chars(begin, end, value).ptr != end || begin == end) {
        refuse(fmt::format("{} takes GROUP=NUMBER, where GROUP is a process id or a cgroup's folder, not \"{}\"", what,
                           text));
    }
    return {text.substr(0, at), value};
}

/// What the program finds the group by: a thread group's id, or a cgroup's with the top bit set.
std::uint64_t key_of(std::string const& group) {
    std::uint32_t pid = 0;
    const char* end = group.data() + group.size();
    struct stat info {};
    if (std::from_chars(group.data(), end, pid).ptr == end) {
        if (stat(fmt::format("/proc/{}", pid).c_str(), &info) != 0) refuse(fmt::format("there is no process {}", pid));
        return pid;
    }
    if (stat(group.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
        refuse(fmt::format("there is no cgroup \"{}\"", group));
    }
    return info.st_ino | std::uint64_t{1} << 63;
}

// --- the kernel ----------------------------------------------------------------------------------------------------------

/// Ends with one sentence that names what this kernel lacks, if that is why it does not load the scheduler. Asked only then: BTF has
/// some 100,000 types, and they are looked through one by one.
void name_what_is_missing() {
    btf* kernel = btf__load_vmlinux_btf();
    if (kernel == nullptr) refuse("this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
    if (btf__find_by_name_kind(kernel, "sched_ext_ops", BTF_KIND_STRUCT) < 0) {
        refuse("this kernel has no sched_ext (CONFIG_SCHED_CLASS_EXT)");
    }
    btf_type const* ops = btf__type_by_id(
        kernel, static_cast<std::uint32_t>(btf__find_by_name_kind(kernel, "sched_ext_ops", BTF_KIND_STRUCT)));
    bool has_cgroups = false;
    for (int i = 0; i < btf_vlen(ops); ++i) {
        has_cgroups |= std::string_view(btf__name_by_offset(kernel, btf_members(ops)[i].name_off)) == "cgroup_init";
    }
    if (!has_cgroups) refuse("this kernel's sched_ext knows no cgroups (CONFIG_EXT_GROUP_SCHED)");
    for (char const* function : {"scx_bpf_dsq_insert", "scx_bpf_select_cpu_dfl", "scx_bpf_pick_idle_cpu",
                                 "scx_bpf_pick_any_cpu", "scx_bpf_task_cpu", "scx_bpf_kick_cpu", "scx_bpf_nr_cpu_ids",
                                 "bpf_cpumask_test_cpu", "bpf_task_from_pid", "bpf_iter_num_new"}) {
        if (btf__find_by_name_kind(kernel, function, BTF_KIND_FUNC) < 0) {
            refuse(fmt::format("this kernel lacks the function {}", function));
        }
    }
    btf__free(kernel);
}

std::string read_line(char const* path) {
    char text[128] = {};
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    std::string line(text, length > 0 ? static_cast<std::size_t>(length) : 0);
    while (!line.empty() && line.back() == '\n') line.pop_back();
    return line;
}

template <class T>
T* map_array(int descriptor, std::size_t count) {
    void* at = mmap(nullptr, sizeof(T) * count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (at == MAP_FAILED) refuse(fmt::format("a map can't be mapped: {}", std::strerror(errno)));
    return static_cast<T*>(at);
}

// --- a scheduler that runs already -----------------------------------------------------------------------------------------

int set_bids(std::string const& pins, std::vector<std::string> const& bids) {
    const int settings = bpf_obj_get((pins + "/settings").c_str());
    const int groups = bpf_obj_get((pins + "/groups").c_str());
    const int accounts = bpf_obj_get((pins + "/accounts").c_str());
    if (settings < 0 || groups < 0 || accounts < 0) refuse(fmt::format("no scheduler has pinned its maps in {}", pins));
    std::uint32_t first = 0;
    scx_settings found{};
    if (bpf_map_lookup_elem(settings, &first, &found) != 0 || found.version != SCX_MAXWELL_VERSION) {
        refuse(fmt::format("the maps in {} are of another version", pins));
    }
    auto* account = map_array<scx_account>(accounts, SCX_MAXWELL_GROUPS);
    for (auto const& text : bids) {
        const setting s = parse(text, "--set");
        const std::uint64_t key = key_of(s.group);
        std::uint32_t index = 0;
        if (bpf_map_lookup_elem(groups, &key, &index) != 0 || index >= SCX_MAXWELL_GROUPS) {
            refuse(fmt::format("the scheduler has no account for {}", s.group));
        }
        __atomic_store_n(&account[index].bid, s.value, __ATOMIC_RELAXED);
    }
    return 0;
}

// --- prices of a daemon ------------------------------------------------------------------------------------------------------

/// Another process's page, such as ./run thermal publishes. Each new version is written into the map that the program reads. A daemon that
/// stops leaves its last one, which walks to the safe multipliers by itself.
class price_follower {
public:
    void open(std::string const& file) {
        const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) refuse(fmt::format("{} can't be opened: {}", file, std::strerror(errno)));
        maxwell::region_error error;
        region_ = maxwell::shared_region::open_sealed<prices>(descriptor, maxwell::access::read_only, error);
        close(descriptor);
        if (!region_) refuse(fmt::format("{} is no price page of {} lanes: {}", file, lanes, error.what));
        page_ = region_->get<const prices>();
    }
    void pass_on(prices& to) {
        const std::uint64_t newest = page_->version();
        maxwell::price_schedule<lanes> schedule;
        if (newest == seen_ || page_->read(schedule) != maxwell::price_read::ok) return;
        to.publish(schedule);
        seen_ = newest;
    }

private:
    std::optional<maxwell::shared_region> region_;
    prices const* page_ = nullptr;
    std::uint64_t seen_ = 0;
};

// --- the scheduler -----------------------------------------------------------------------------------------------------------

class scheduler {
public:
    explicit scheduler(scx_settings const& settings) {
        libbpf_set_print([](libbpf_print_level level, char const* format, va_list arguments) {
            return level == LIBBPF_WARN && std::getenv("SCX_MAXWELL_VERBOSE") ? std::vfprintf(stderr, format, arguments)
                                                                              : 0;
        });
        object_ = bpf_object__open_mem(scx_maxwell_object,
                                       static_cast<std::size_t>(scx_maxwell_object_end - scx_maxwell_object), nullptr);
        if (object_ == nullptr || bpf_object__load(object_) != 0) {
            const int why = errno;
            name_what_is_missing();
            refuse(fmt::format("this kernel does not load the scheduler: {} (SCX_MAXWELL_VERBOSE=1 shows why)",
                               std::strerror(why)));
        }
        std::uint32_t first = 0;
        bpf_map_update_elem(fd("settings"), &first, &settings, BPF_ANY);
        accounts_ = map_array<scx_account>(fd("accounts"), SCX_MAXWELL_GROUPS);
        counts_ = map_array<scx_counts>(fd("counts"), 1);
        cells_ = map_array<cells>(fd("cells"), 1);
        reader_ = map_array<reader>(fd("reader"), 1);
        prices_ = map_array<prices>(fd("prices"), 1);
    }

    /// The account of a group, made where it has none; it may bid through the board, too, as the agent of that slot.
    scx_account& account(std::string const& group) {
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (names_[i] == group) return accounts_[i + 1];
        }
        const auto index = static_cast<std::uint32_t>(names_.size() + 1);
        if (index >= SCX_MAXWELL_GROUPS) refuse(fmt::format("more than {} groups", SCX_MAXWELL_GROUPS - 1));
        const std::uint64_t key = key_of(group);
        if (bpf_map_update_elem(fd("groups"), &key, &index, BPF_ANY) != 0) refuse("a group can't be entered");
        reader_->admit(*cells_, maxwell::make_agent_id(index, 0));
        accounts_[index].weight = 100;
        names_.push_back(group);
        return accounts_[index];
    }

    void pin(std::string const& folder) {
        mkdir(folder.c_str(), 0755);
        for (char const* map : {"settings", "groups", "accounts", "cells"}) {
            const std::string path = folder + "/" + map;
            unlink(path.c_str());
            if (bpf_obj_pin(fd(map), path.c_str()) != 0)
                refuse(fmt::format("{} can't be pinned: {}", path, std::strerror(errno)));
            pinned_.push_back(path);
        }
    }

    void attach() {
        link_ = bpf_map__attach_struct_ops(bpf_object__find_map_by_name(object_, "maxwell_ops"));
        if (link_ == nullptr) {
            refuse(fmt::format("the scheduler can't be attached: {}", std::strerror(errno)));
        }
    }

    void detach() {
        bpf_link__destroy(link_);
        for (auto const& path : pinned_) unlink(path.c_str());
    }

    /// A schedule for the next ten milliseconds, with fixed multipliers.
    void publish(std::array<double, lanes> const& multiplier) {
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC, &now);
        maxwell::price_schedule<lanes> schedule;
        schedule.begin(
            static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec), 1);
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const auto m = static_cast<std::uint32_t>(multiplier[lane] * 65536.0);
            schedule.set(lane, m, m);
        }
        prices_->publish(schedule);
    }

    prices& prices_map() { return *prices_; }

    void print_table() const {
        fmt::print("{:<32}{:>10}{:>12}{:>10}{:>18}\n", "group", "bid", "ran ms", "awards", "paid");
        for (std::size_t i = 0; i < names_.size(); ++i) {
            auto const& a = accounts_[i + 1];
            fmt::print("{:<32}{:>10}{:>12}{:>10}{:>18}\n", names_[i], a.bid, a.ran_ns / 1'000'000, a.awards, a.paid);
        }
        std::fflush(stdout);
    }
    void print_counts() const {
        fmt::print(
            "enqueued {} awards {} keeps {} steals {} starving {} drained {} moved {} gone {} without_slot {} "
            "preempted {}\n",
            counts_->enqueued, counts_->awards, counts_->keeps, counts_->steals, counts_->starving, counts_->drained,
            counts_->moved, counts_->gone, counts_->without_slot, counts_->preempted);
        bpf_program* program = nullptr;
        fmt::print("verified instructions and, where kernel.bpf_stats_enabled is 1, runs and ns each:");
        bpf_object__for_each_program(program, object_) {
            bpf_prog_info info{};
            std::uint32_t length = sizeof info;
            bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length);
            fmt::print(" {} {}", bpf_program__name(program), info.verified_insns);
            if (info.run_cnt != 0) fmt::print(" {} x {}", info.run_cnt, info.run_time_ns / info.run_cnt);
        }
        fmt::print("\n");
        std::fflush(stdout);
    }

private:
    int fd(char const* map) const { return bpf_object__find_map_fd_by_name(object_, map); }

    bpf_object* object_ = nullptr;
    bpf_link* link_ = nullptr;
    scx_account* accounts_ = nullptr;
    scx_counts* counts_ = nullptr;
    cells* cells_ = nullptr;
    reader* reader_ = nullptr;
    prices* prices_ = nullptr;
    std::vector<std::string> names_;
    std::vector<std::string> pinned_;
};

/// Nothing that happens from here on needs root.
void drop_privileges() {
    constexpr id_t nobody = 65534;
    if (setgroups(0, nullptr) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        refuse("privileges can't be dropped");
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"A scheduler in which groups of tasks bid for CPU time. GROUP is a process id or a cgroup's folder."};
    std::vector<std::string> bids, weights, in_lanes, set, multipliers;
    std::string price_file;
    std::string pins = "/sys/fs/bpf/maxwell";
    scx_settings settings{SCX_MAXWELL_VERSION, 0, 0, 0, SCX_MAXWELL_SLICE_NS, SCX_MAXWELL_STARVATION_NS};
    double slice_ms = 5;
    double starvation_ms = 1000;
    bool paced = false, stats = false, dump = false, keep_root = false;
    app.add_option("--bid", bids, "GROUP=PRICE: what the group bids per unit of time");
    app.add_option("--weight", weights,
                   "GROUP=WEIGHT: a fair share for a group that doesn't bid; 100 is a task of nice 0");
    app.add_option("--lane", in_lanes, "GROUP=LANE: which thermal multiplier counts for the group, 0 to 3");
    app.add_option("--multiplier", multipliers, "LANE=PERCENT: the lane's thermal multiplier, 100 is 1");
    app.add_option("--prices", price_file, "take the multipliers from this price page, as ./run thermal publishes one")
        ->excludes(app.get_option("--multiplier"));
    app.add_option("--set", set, "GROUP=PRICE: changes a bid of the scheduler that is running, and ends");
    app.add_option("--pin", pins, "folder of a BPF file system for the maps that other processes open");
    app.add_option("--slice-ms", slice_ms, "how long an award lasts")->check(maxwell::bench::number_range(1.0, 1000.0));
    app.add_option("--starvation-ms", starvation_ms, "whoever waits longer runs next")
        ->check(maxwell::bench::number_range(10.0, 1000.0));
    app.add_option("--bonus", settings.bonus,
                   "ticks by which the running task's bid is raised: what a switch is worth");
    app.add_option("--misbehave", settings.misbehave, "for tests: a scheduler that is wrong in this way, 1 to 3")
        ->group("");
    app.add_flag("--paced", paced, "bids are weights: a group gets its part of all bids");
    app.add_flag("--stats", stats, "a table each second");
    app.add_flag("--dump", dump, "counts when it ends");
    app.add_flag("--keep-root", keep_root, "stay root after attaching");
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    if (!set.empty()) return set_bids(pins, set);
    settings.paced = paced ? 1 : 0;
    settings.slice_ns = static_cast<std::uint64_t>(slice_ms * 1e6);
    settings.starvation_ns = static_cast<std::uint64_t>(starvation_ms * 1e6);

    std::array<double, lanes> multiplier{};
    multiplier.fill(1);
    for (auto const& text : multipliers) {
        const setting s = parse(text, "--multiplier");
        if (s.group.size() != 1 || s.group[0] < '0' || s.group[0] > '3' || s.value == 0 || s.value > 1'000'000) {
            refuse(fmt::format("--multiplier takes LANE=PERCENT, a lane from 0 to 3 and 1 to 1000000 %, not \"{}\"",
                               text));
        }
        multiplier[static_cast<std::size_t>(s.group[0] - '0')] = s.value / 100.0;
    }

    std::vector<setting> to_bid, to_weigh, to_place;
    for (auto const& text : bids) to_bid.push_back(parse(text, "--bid"));
    for (auto const& text : weights) to_weigh.push_back(parse(text, "--weight"));
    for (auto const& text : in_lanes) to_place.push_back(parse(text, "--lane"));
    for (auto const& s : to_weigh) {
        if (s.value == 0 || s.value > 10'000) refuse("a weight is 1 to 10000");
    }
    for (auto const& s : to_place) {
        if (s.value >= lanes) refuse("a lane is 0 to 3");
    }

    if (geteuid() != 0) refuse("attaching a scheduler needs root");
    for (auto const* all : {&to_bid, &to_weigh, &to_place}) {
        for (auto const& s : *all) key_of(s.group);  // refused before anything is loaded
    }
    if (read_line("/sys/kernel/sched_ext/state") == "enabled") {
        refuse("the scheduler can't be attached: another one is running");
    }
    price_follower daemon;
    if (!price_file.empty()) daemon.open(price_file);
    sigset_t ends;
    sigemptyset(&ends);
    for (const int signal : {SIGINT, SIGTERM}) sigaddset(&ends, signal);
    sigprocmask(SIG_BLOCK, &ends, nullptr);

    scheduler market(settings);
    for (auto const& s : to_bid) market.account(s.group).bid = s.value;
    for (auto const& s : to_weigh) market.account(s.group).weight = s.value;
    for (auto const& s : to_place) market.account(s.group).lane = s.value;
    market.pin(pins);
    market.publish(multiplier);
    if (!price_file.empty()) daemon.pass_on(market.prices_map());
    market.attach();
    if (!keep_root) drop_privileges();
    fmt::print("attached\n");
    std::fflush(stdout);

    for (int tick = 1;; ++tick) {
        const timespec wait{0, 10'000'000};
        if (sigtimedwait(&ends, nullptr, &wait) > 0) break;
        if (price_file.empty()) {
            market.publish(multiplier);
        } else {
            daemon.pass_on(market.prices_map());
        }
        if (tick % 100 == 0) {
            if (stats) market.print_table();
            if (read_line("/sys/kernel/sched_ext/state") != "enabled") {
                fmt::print("the kernel has ended the scheduler\n");
                if (dump) market.print_counts();
                return 1;
            }
        }
    }
    if (dump) {
        market.print_table();
        market.print_counts();
    }
    market.detach();
    return 0;
}
