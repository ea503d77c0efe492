// SPDX-License-Identifier: MIT
//
// What a peer can do to the memory of a region, and to its name, and what becomes of a host beside it. What could end the host
// by a signal runs in a process of its own.

#include "support/scale.hpp"

#include <maxwell/host/shared_region.hpp>
#include <maxwell/host/writer_claim.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

namespace maxwell::test {
namespace {

using cells = bid_cells<64>;
using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

std::string unused_name() {
    static int count = 0;
    return "/maxwell_adversarial_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

/// A forked process that runs `work` and exits with what it returns; killed with this object.
class process {
public:
    template <class Work>
    explicit process(Work work) : pid_(::fork()) {
        if (pid_ == 0) ::_exit(work());
    }
    process(process const&) = delete;
    process& operator=(process const&) = delete;
    ~process() { kill(); }

    pid_t pid() const { return pid_; }
    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        wait();
    }
    /// How it ended, as waitpid tells it.
    int wait() {
        int status = -1;
        ::waitpid(pid_, &status, 0);
        pid_ = 0;
        return status;
    }

private:
    pid_t pid_;
};

/// The signal that ended `work` in a process of its own; 0 if it returned true, -1 if false.
template <class Work>
int signal_that_ends(Work work) {
    process host([&] { return work() ? 0 : 1; });
    const int status = host.wait();
    if (WIFSIGNALED(status)) return WTERMSIG(status);
    return WEXITSTATUS(status) == 0 ? 0 : -1;
}

/// A file with the header of a region for `cells`, and its length.
int made_by_a_guest() {
    const maxwell_region_header h = detail::header_of(layout_of<cells>);
    const int file = ::memfd_create("a guest's", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    EXPECT_EQ(::ftruncate(file, 8192), 0);
    EXPECT_EQ(::pwrite(file, &h, sizeof(h), 0), static_cast<ssize_t>(sizeof(h)));
    return file;
}

// --- a host that opens what a guest has made --------------------------------------------------------------------------------

/// A guest that shortens and restores its memory all the time.
int truncate_for_ever(int file) {
    const maxwell_region_header h = detail::header_of(layout_of<cells>);
    for (;;) {
        if (::ftruncate(file, 0) != 0 || ::ftruncate(file, 8192) != 0) return 1;
        if (::pwrite(file, &h, sizeof(h), 0) != sizeof(h)) return 1;
    }
}

template <class Open>
bool opens_for(std::chrono::milliseconds time, Open open) {
    for (const auto end = clock::now() + time; clock::now() < end;) {
        if (!open()) return false;
    }
    return true;
}

TEST(adversarial_region, a_host_that_demands_seals_survives_a_guest_that_truncates) {
    const int file = made_by_a_guest();
    const process guest([&] { return truncate_for_ever(file); });
    const auto demands_seals = [&] {
        return opens_for(small_scale() ? 100ms : 300ms, [&] {
            region_error why;
            return !shared_region::open_sealed<cells>(file, access::read_write, why) &&
                   why.fault == region_fault::not_sealed;
        });
    };
    EXPECT_EQ(signal_that_ends(demands_seals), 0);
    // The control: a host that maps first and asks afterwards.
    const auto asks_afterwards = [&] {
        std::signal(SIGBUS, SIG_DFL);  // a sanitizer's handler would turn it into an exit
        return opens_for(5s, [&] {
            region_error why;
            const auto region = shared_region::open<cells>(file, access::read_write, why);
            return !region || !region->sealed();
        });
    };
    EXPECT_EQ(signal_that_ends(asks_afterwards), SIGBUS);
    ::close(file);
}

TEST(adversarial_region, what_was_truncated_and_then_sealed_is_refused) {
    const int file = made_by_a_guest();
    ASSERT_EQ(::ftruncate(file, 100), 0);
    ASSERT_EQ(::fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK), 0);
    region_error why;
    EXPECT_FALSE(shared_region::open_sealed<cells>(file, access::read_write, why));
    EXPECT_EQ(why.fault, region_fault::too_short);
    ::close(file);
}

TEST(adversarial_region, what_is_sealed_and_whole_is_opened) {
    const int file = made_by_a_guest();
    ASSERT_EQ(::fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK), 0);
    region_error why;
    const auto region = shared_region::open_sealed<cells>(file, access::read_write, why);
    ASSERT_TRUE(region) << why.what;
    EXPECT_TRUE(region->sealed());
    EXPECT_EQ(region->get<cells>()->submit({3, 1, 1}), status::ok);
    ::close(file);
}

TEST(adversarial_region, huge_pages_are_refused_where_seals_are_demanded) {
    const int file = ::memfd_create("huge", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB);
    if (file < 0 || ::ftruncate(file, 2 << 20) != 0 || ::fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK) != 0)
        GTEST_SKIP() << "no huge pages here";
    region_error why;
    EXPECT_FALSE(shared_region::open_sealed<cells>(file, access::read_write, why));
    EXPECT_EQ(why.fault, region_fault::huge_pages);
    ::close(file);
}

// --- a host beside an agent that does all it can to its memory ------------------------------------------------------------

/// Everything that a process can do to a region that it may write, over and over.
int abuse_for_ever(shared_region const& region) {
    char* const begin = reinterpret_cast<char*>(region.get<cells>()) - MAXWELL_REGION_OFFSET;
    const auto length = static_cast<off_t>(region.length());
    for (;;) {
        static_cast<void>(::ftruncate(region.descriptor(), 0));
        static_cast<void>(::ftruncate(region.descriptor(), 1 << 30));
        static_cast<void>(::fallocate(region.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, length));
        region.get<cells>()->submit({5, 1, 1});
        static_cast<void>(::madvise(begin, region.length(), MADV_REMOVE));
        static_cast<void>(::fcntl(region.descriptor(), F_ADD_SEALS, F_SEAL_WRITE));
        const std::string path = "/proc/self/fd/" + std::to_string(region.descriptor());
        const int again = ::open(path.c_str(), O_RDWR | O_TRUNC | O_CLOEXEC);
        static_cast<void>(::ftruncate(again, 0));
        ::close(again);
        static_cast<void>(::mprotect(begin, region.length(), PROT_NONE));
        static_cast<void>(::mprotect(begin, region.length(), PROT_READ | PROT_WRITE));
    }
}

long page_faults() {
    ::rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    return used.ru_minflt + used.ru_majflt;
}

struct beside_abuse {
    std::uint64_t drains = 0, lost = 0, faults_of_correct = 0, most_faults_of_adversarial = 0;
};

/// Drains a region of a correct agent and one of an adversarial agent in turns.
beside_abuse drain_beside(shared_region const& correct, shared_region const& adversarial, std::uint64_t drains) {
    board_reader<64> reader, other;
    reader.admit(*correct.get<cells>(), make_agent_id(3, 1));
    other.admit(*adversarial.get<cells>(), make_agent_id(5, 0));
    beside_abuse found;
    for (; found.drains < drains; ++found.drains) {
        const long before = page_faults();
        const auto amount = static_cast<price>(found.drains);
        bool came = false;
        const bool sent = correct.get<cells>()->submit({make_agent_id(3, 1), amount, 1}) == status::ok;
        reader.drain(
            *correct.get<cells>(), [&](bid const& b) { came = b.amount == amount; }, 64);
        const long between = page_faults();
        other.drain(*adversarial.get<cells>(), ignore_bids{}, 64);
        found.lost += sent && came ? 0 : 1;
        found.faults_of_correct += static_cast<std::uint64_t>(between - before);
        const auto faults = static_cast<std::uint64_t>(page_faults() - between);
        found.most_faults_of_adversarial = std::max(found.most_faults_of_adversarial, faults);
    }
    return found;
}

TEST(adversarial_region, an_agent_in_a_region_of_its_own_neither_stops_nor_slows_a_host_and_its_neighbours) {
    region_error why;
    auto correct = shared_region::create_anonymous<cells>("correct", sharing::read_write, why);
    auto adversarial = shared_region::create_anonymous<cells>("adversarial", sharing::read_write, why);
    ASSERT_TRUE(correct && adversarial) << why.what;
    const process guest([&] { return abuse_for_ever(*adversarial); });
    const auto host = [&] {
        drain_beside(*correct, *adversarial, 100);  // every page of this process has been touched then
        const beside_abuse found = drain_beside(*correct, *adversarial, scaled(200'000));
        std::printf(
            "%lu drains: %lu bids lost, %lu page faults in the correct agent's, at most %lu in one of the "
            "adversarial\n",
            static_cast<unsigned long>(found.drains), static_cast<unsigned long>(found.lost),
            static_cast<unsigned long>(found.faults_of_correct),
            static_cast<unsigned long>(found.most_faults_of_adversarial));
        std::fflush(stdout);
        // The cells, marks and summary of 64 agents lie on one page. It can be punched between any two of some ten accesses, and again
        // before an access is repeated: up to 64 page faults were seen in one drain of 200,000.
        return found.lost == 0 && found.faults_of_correct <= 8 && found.most_faults_of_adversarial <= 1'000;
    };
    EXPECT_EQ(signal_that_ends(host), 0);
}

/// The limit that docs/bids.md states, and the control of the test above.
TEST(adversarial_region, a_hole_in_a_shared_region_takes_a_neighbours_bid_away) {
    region_error why;
    auto shared = shared_region::create_anonymous<cells>("shared", sharing::read_write, why);
    ASSERT_TRUE(shared) << why.what;
    board_reader<64> reader;
    reader.admit(*shared->get<cells>(), make_agent_id(3, 1));
    EXPECT_EQ(shared->get<cells>()->submit({make_agent_id(3, 1), 1, 1}), status::ok);
    process stranger(
        [&] { return ::fallocate(shared->descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 8192); });
    EXPECT_EQ(stranger.wait(), 0);
    EXPECT_EQ(shared->get<cells>()->submit({make_agent_id(3, 1), 1, 1}), status::stale_agent);
}

TEST(adversarial_region, what_only_the_host_writes_can_be_neither_punched_nor_mapped_writable) {
    region_error why;
    using board = outcome_board<64>;
    auto host = shared_region::create_anonymous<board>("outcomes", sharing::read_only, why);
    ASSERT_TRUE(host) << why.what;
    host->get<board>()->post({{2, 9, 4}, 7});
    const auto attack = [&] {
        const int file = host->descriptor();
        const std::string path = "/proc/self/fd/" + std::to_string(file);
        const int again = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
        void* const read_only = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, again, 0);
        const bool held = ::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 8192) != 0 &&
                          ::ftruncate(again, 0) != 0 && ::madvise(read_only, 4096, MADV_REMOVE) != 0 &&
                          ::mprotect(read_only, 4096, PROT_READ | PROT_WRITE) != 0 &&
                          ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0) == MAP_FAILED &&
                          ::write(again, "x", 1) != 1;
        return held;
    };
    EXPECT_EQ(signal_that_ends(attack), 0);
    EXPECT_EQ(host->get<board>()->read(2), (outcome{1, 4, 28, 7}));
    const auto touches_the_parents_mapping = [&] {
        std::signal(SIGSEGV, SIG_DFL);
        host->get<board>()->post({{2, 9, 4}, 7});
        return true;
    };
    EXPECT_EQ(signal_that_ends(touches_the_parents_mapping), SIGSEGV);
}

// --- memory that is not there -------------------------------------------------------------------------------------------------

TEST(adversarial_region, a_full_file_system_is_a_sentence_and_leaves_no_name) {
    const std::string name = unused_name();
    const auto host = [&] {
        if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=64k") != 0)
            ::_exit(77);
        region_error why;
        const bool refused = !shared_region::create<bid_cells<100'000>>(name, why);
        const bool says_so = why.what == name + " can't be given its memory: No space left on device";
        const bool no_name = ::access(("/dev/shm" + name).c_str(), F_OK) != 0;
        return refused && says_so && no_name && shared_region::create<cells>(name, why);
    };
    process small([&] { return host() ? 0 : 1; });
    const int status = small.wait();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) GTEST_SKIP() << "no file system can be mounted here";
    EXPECT_EQ(status, 0);
}

// --- names ------------------------------------------------------------------------------------------------------------------------

/// Kills a maker after each of its system calls: the name is free then, or the region behind it is whole.
TEST(adversarial_region, a_maker_killed_anywhere_leaves_nothing_or_a_whole_region) {
    int absent = 0, whole = 0;
    for (int calls = 0;; ++calls) {
        const std::string name = unused_name();
        process maker([&] {
            if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) return 77;
            ::raise(SIGSTOP);
            region_error why;
            return shared_region::create<cells>(name, why) ? 0 : 1;
        });
        int status = 0;
        ::waitpid(maker.pid(), &status, 0);
        if (!WIFSTOPPED(status)) GTEST_SKIP() << "no process can be traced here";
        bool ended = false;
        for (int n = 0; n < calls && !ended; ++n) {
            ::ptrace(PTRACE_SYSCALL, maker.pid(), nullptr, nullptr);
            ::waitpid(maker.pid(), &status, 0);
            ended = !WIFSTOPPED(status);
        }
        if (ended) break;
        maker.kill();
        region_error why;
        const bool made = shared_region::create<cells>(name, why).has_value();
        const bool opened = shared_region::open<cells>(name, access::read_write, why).has_value();
        EXPECT_TRUE(opened) << calls << " calls: " << why.what;
        ++(made ? absent : whole);
        shared_region::remove(name);
    }
    EXPECT_GT(absent, 5);
    EXPECT_GT(whole, 1);
    for (int n = 1; n < 100; ++n)
        shared_region::remove("/maxwell_adversarial_" + std::to_string(::getpid()) + "_" + std::to_string(n));
}

TEST(adversarial_region, a_name_opens_only_what_this_user_alone_can_write) {
    region_error why;
    const std::string name = unused_name();
    const std::string path = "/dev/shm" + name;
    const auto fault = [&] {
        why = {};
        EXPECT_FALSE(shared_region::open<cells>(name, access::read_only, why));
        return why.fault;
    };
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(fault(), region_fault::not_a_file) << "and it did not wait for a writer";
    ASSERT_TRUE(shared_region::remove(name));
    ASSERT_EQ(::symlink("/etc/passwd", path.c_str()), 0);
    EXPECT_EQ(fault(), region_fault::system);
    ASSERT_TRUE(shared_region::remove(name));
    auto region = shared_region::create<cells>(name, why);
    ASSERT_TRUE(region) << why.what;
    ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
    EXPECT_EQ(fault(), region_fault::not_mine);
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    EXPECT_TRUE(shared_region::open<cells>(name, access::read_only, why));
    if (::geteuid() == 0) {
        ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
        EXPECT_EQ(fault(), region_fault::not_mine);
    }
    shared_region::remove(name);
    for (char const* malformed : {"", "/", "name", "/a/b", "/..", "//"}) {
        EXPECT_FALSE(shared_region::create<cells>(malformed, why)) << malformed;
        EXPECT_FALSE(shared_region::open<cells>(malformed, access::read_only, why)) << malformed;
        EXPECT_FALSE(shared_region::remove(malformed)) << malformed;
    }
}

TEST(adversarial_region, the_umask_keeps_no_maker_from_its_region) {
    const mode_t before = ::umask(0277);
    region_error why;
    const std::string name = unused_name();
    EXPECT_TRUE(shared_region::create<cells>(name, why)) << why.what;
    ::umask(before);
    struct ::stat file {};
    EXPECT_EQ(::stat(("/dev/shm" + name).c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600u);
    shared_region::remove(name);
}

// --- one writer --------------------------------------------------------------------------------------------------------------------

TEST(writer_claim, two_writers_exclude_each_other_and_a_dead_ones_claim_is_free) {
    region_error why;
    const std::string name = unused_name();
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const auto say = [&] { return ::write(ready[1], "x", 1) == 1; };
    const auto hear = [&] {
        char c = 0;
        return ::read(ready[0], &c, 1) == 1;
    };
    process writer([&] {
        const auto claim = writer_claim::take(name, why);
        // A child keeps the descriptor beyond its parent's death.
        if (::fork() == 0) {
            say();
            ::sleep(2);  // longer than what follows
            ::_exit(0);
        }
        ::pause();
        return claim ? 0 : 1;
    });
    ASSERT_TRUE(hear());
    EXPECT_FALSE(writer_claim::take(name, why));
    EXPECT_EQ(why.fault, region_fault::busy);
    EXPECT_EQ(why.what, name + " is claimed by another process");
    const int reader = ::open(("/dev/shm" + name).c_str(), O_RDONLY | O_CLOEXEC);
    struct ::flock whole {};
    whole.l_type = F_UNLCK;
    EXPECT_EQ(::fcntl(reader, F_SETLK, &whole), 0) << "releases what this process holds: nothing";
    EXPECT_EQ(::flock(reader, LOCK_EX | LOCK_NB), 0) << "another kind of lock";
    ::close(reader);
    EXPECT_FALSE(writer_claim::take(name, why));
    writer.kill();
    {
        const auto claim = writer_claim::take(name, why);
        EXPECT_TRUE(claim) << why.what;
        EXPECT_FALSE(writer_claim::take(name, why)) << "twice in one process";
        const auto another = [&] {
            region_error other;
            return !writer_claim::take(name, other) && other.fault == region_fault::busy;
        };
        EXPECT_EQ(signal_that_ends(another), 0) << "the attempt before has not released it";
    }
    EXPECT_TRUE(writer_claim::take(name, why)) << "it ends with its object";
    ::close(ready[0]);
    ::close(ready[1]);
    ::unlink(("/dev/shm" + name).c_str());
}

/// Why it is not flock: the control.
TEST(writer_claim, a_lock_of_the_open_file_would_outlive_its_writer) {
    const int file = ::memfd_create("lock", MFD_CLOEXEC);
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    process writer([&] { return ::flock(file, LOCK_EX | LOCK_NB); });  // this process shares the open file
    EXPECT_EQ(writer.wait(), 0);
    const int own = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    EXPECT_NE(::flock(own, LOCK_EX | LOCK_NB), 0) << "the writer is dead";
    ::close(own);
    ::close(file);
}

// --- what lies in a region ---------------------------------------------------------------------------------------------------------

template <class T>
void lies_in_a_region() {
    region_error why;
    const auto made = shared_region::create_anonymous<T>("region", sharing::read_write, why);
    ASSERT_TRUE(made) << why.what;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(made->template get<T>()) % alignof(T), 0u);
    const auto opened = shared_region::open<T>(made->descriptor(), access::read_only, why);
    ASSERT_TRUE(opened) << why.what;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(opened->template get<T const>()) % alignof(T), 0u);
    EXPECT_FALSE(shared_region::open<cells>(made->descriptor(), access::read_only, why));
    EXPECT_EQ(why.fault, region_fault::other_kind) << why.what;
}

TEST(shared_region, rings_wakeup_and_published_copies_lie_in_one) {
    lies_in_a_region<spsc_ring<bid, 8>>();
    lies_in_a_region<agent_ring<8, 4096>>();
    lies_in_a_region<agent_ring<8, 65536>>();  // for pages of 64 KiB
    lies_in_a_region<mpsc_ring<8>>();
    lies_in_a_region<wakeup>();
    lies_in_a_region<mailbox_cells<>>();
    lies_in_a_region<mailbox_reader<>>();
    lies_in_a_region<roster<64>>();
    lies_in_a_region<published<bid>>();
    struct padded {
        std::uint8_t a;
        std::uint32_t b;
    };
    static_assert(layout_of<published<padded>>.size == 0, "its padding would be shared, too");
}

TEST(shared_region, is_made_in_an_empty_file_of_the_callers) {
    region_error why;
    const int file = ::memfd_create("the caller's", MFD_CLOEXEC);
    {
        const auto made = shared_region::create_in<cells>(file, why);
        ASSERT_TRUE(made) << why.what;
        EXPECT_EQ(made->get<cells>()->submit({1, 1, 1}), status::ok);
    }
    EXPECT_FALSE(shared_region::create_in<cells>(file, why));
    EXPECT_EQ(why.fault, region_fault::in_use);
    EXPECT_TRUE(shared_region::open<cells>(file, access::read_write, why)) << why.what;
    ::close(file);
    EXPECT_FALSE(shared_region::create_in<cells>(-1, why));
    EXPECT_EQ(why.fault, region_fault::system);
}

/// Bytes of this process's mappings whose name contains `label`.
std::size_t bytes_mapped(std::string const& label) {
    std::ifstream maps("/proc/self/maps");
    std::size_t total = 0;
    for (std::string line; std::getline(maps, line);) {
        unsigned long begin = 0;
        unsigned long end = 0;
        if (line.find(label) == std::string::npos) continue;
        if (std::sscanf(line.c_str(), "%lx-%lx", &begin, &end) == 2) total += end - begin;
    }
    return total;
}

TEST(shared_region, huge_pages_are_mapped_whole_and_given_back_whole) {
    constexpr std::size_t huge = 2 << 20;
    const int file = ::memfd_create("maxwell_huge", MFD_CLOEXEC | MFD_HUGETLB);
    // A page is reserved by the first mapping, not by making the file.
    void* const page = file < 0 ? MAP_FAILED : ::mmap(nullptr, huge, PROT_READ, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) {
        ::close(file);
        GTEST_SKIP() << "no huge pages of 2 MiB here; `echo 4 >/proc/sys/vm/nr_hugepages` reserves some";
    }
    ::munmap(page, huge);
    region_error why;
    {
        const auto made = shared_region::create_in<cells>(file, why);
        ASSERT_TRUE(made) << why.what;
        EXPECT_EQ(bytes_mapped("maxwell_huge"), huge);
        const auto opened = shared_region::open<cells>(file, access::read_write, why);
        ASSERT_TRUE(opened) << why.what;
        EXPECT_EQ(bytes_mapped("maxwell_huge"), 2 * huge) << "the mapping of the header alone is still there";
        EXPECT_EQ(opened->get<cells>()->submit({3, 700, 1}), status::ok);
    }
    EXPECT_EQ(bytes_mapped("maxwell_huge"), 0U);
    EXPECT_FALSE(shared_region::open<bid_cells<128>>(file, access::read_write, why));
    EXPECT_EQ(bytes_mapped("maxwell_huge"), 0U) << "a refused region leaves no mapping";
    ::close(file);
}

}  // namespace
}  // namespace maxwell::test
