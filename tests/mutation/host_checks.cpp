// SPDX-License-Identifier: MIT
//
// Mutation checks: in a second or two, what finds a fault in shared regions and in what wakes a host. It passes with the library
// as it is, and must fail with every mutant of it in host.txt.

#include "mutation/check.hpp"

#include <maxwell/host/shared_region.hpp>
#include <maxwell/host/wakeup.hpp>
#include <maxwell/host/writer_claim.hpp>

#include <sys/wait.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace maxwell::test {
namespace {

using cells = bid_cells<64>;

char const* seals_hold() {
    region_error why;
    const auto writable = shared_region::create_anonymous<cells>("cells", sharing::read_write, why);
    REQUIRE(writable && writable->sealed());
    REQUIRE(::ftruncate(writable->descriptor(), 0) != 0);
    REQUIRE(::fcntl(writable->descriptor(), F_ADD_SEALS, F_SEAL_FUTURE_WRITE) != 0);
    REQUIRE(shared_region::open<cells>(writable->descriptor(), access::read_write, why));
    const auto readable = shared_region::create_anonymous<cells>("cells", sharing::read_only, why);
    REQUIRE(readable && shared_region::open<cells>(readable->descriptor(), access::read_only, why));
    REQUIRE(!shared_region::open<cells>(readable->descriptor(), access::read_write, why));
    return nullptr;
}

/// Opens a file of that length whose header says that; the fault, or none.
region_fault opens(region_layout const& says, std::size_t length) {
    const maxwell_region_header h = detail::header_of(says);
    const int file = ::memfd_create("file", MFD_CLOEXEC);
    region_error why;
    if (::ftruncate(file, static_cast<off_t>(length)) == 0 && ::pwrite(file, &h, sizeof(h), 0) == sizeof(h)) {
        shared_region::open<cells>(file, access::read_only, why);
    }
    ::close(file);
    return why.fault;
}

char const* only_what_matches_is_opened() {
    const region_layout right = layout_of<cells>;
    const std::size_t length = MAXWELL_REGION_OFFSET + right.size;
    REQUIRE(opens(right, length) == region_fault::none);
    REQUIRE(opens(right, length - 1) == region_fault::too_short);
    REQUIRE(opens({right.kind, right.version, 65, right.size}, length) == region_fault::other_count);
    REQUIRE(opens({right.kind, right.version, 63, right.size}, length) == region_fault::other_count);
    REQUIRE(opens({right.kind, right.version - 1, 64, right.size}, length) == region_fault::other_layout);
    REQUIRE(opens({right.kind, right.version + 1, 64, right.size}, length) == region_fault::other_layout);
    return nullptr;
}

char const* a_guests_memory_is_opened_if_it_is_sealed() {
    region_error why;
    const maxwell_region_header h = detail::header_of(layout_of<cells>);
    const int file = ::memfd_create("a guest's", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    REQUIRE(::ftruncate(file, 8192) == 0 && ::pwrite(file, &h, sizeof(h), 0) == sizeof(h));
    REQUIRE(!shared_region::open_sealed<cells>(file, access::read_only, why) && why.fault == region_fault::not_sealed);
    REQUIRE(::fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
    const auto opened = shared_region::open_sealed<cells>(file, access::read_only, why);
    REQUIRE(opened && opened->get<cells const>() != nullptr && opened->get<cells>() == nullptr);
    ::close(file);
    return nullptr;
}

char const* memory_is_there_and_stays_with_its_maker() {
    region_error why;
    const auto region = shared_region::create_anonymous<bid_cells<4096>>("cells", sharing::read_only, why);
    struct ::stat file {};
    REQUIRE(region && ::fstat(region->descriptor(), &file) == 0);
    REQUIRE(static_cast<std::size_t>(file.st_blocks) * 512 >= MAXWELL_REGION_OFFSET + sizeof(bid_cells<4096>));
    void* const page = static_cast<void*>(region->get<bid_cells<4096>>());
    const pid_t child = ::fork();
    unsigned char in_memory = 0;
    if (child == 0) ::_exit(::mincore(page, 1, &in_memory) == 0 ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    return nullptr;
}

char const* names_are_their_users() {
    region_error why;
    const std::string name = "/maxwell_mutant_" + std::to_string(::getpid());
    const auto region = shared_region::create<cells>(name, why);
    const bool changed = region && ::chmod(("/dev/shm" + name).c_str(), 0666) == 0;
    const bool opens = shared_region::open<cells>(name, access::read_only, why).has_value();
    shared_region::remove(name);
    REQUIRE(changed && !opens);
    const auto claim = writer_claim::take(name, why);
    const bool twice = writer_claim::take(name, why).has_value();
    shared_region::remove(name);
    REQUIRE(claim && !twice);
    return nullptr;
}

char const* no_wakeup_is_lost() {
    using namespace std::chrono_literals;
    wakeup bell;
    const auto begin = std::chrono::steady_clock::now();
    bool rung = false;
    const auto ring_right_after_a_look = [&] {
        std::uint32_t unused = 0;
        if (!rung) bell.should_wake(unused);  // and the agent crashes before it has woken the host
        return std::exchange(rung, true);
    };
    REQUIRE(bell.wait(ring_right_after_a_look, 4s));
    REQUIRE(std::chrono::steady_clock::now() - begin < 2s);

    bool first = false;
    bool second = false;
    std::uint32_t left = 0;
    bell.wait([] { return false; },
              [&](std::uint32_t) {
                  first = bell.should_wake(left);
                  second = bell.should_wake(left);
              });
    REQUIRE(first && second && !bell.should_wake(left));

    // A host that has crashed in its sleep: the first bid wakes nobody, and the next ones don't try.
    bell.wait([] { return false; },
              [&](std::uint32_t) {
                  bell.notify();
                  first = bell.should_wake(left);
              });
    REQUIRE(!first);

    // A host that has gone to sleep again before the agent that woke it has cleared the bit.
    bell.wait([] { return false; }, [&](std::uint32_t) { bell.should_wake(left); });
    bell.wait([] { return false; },
              [&](std::uint32_t) {
                  bell.woken(left);
                  second = bell.should_wake(left);
              });
    REQUIRE(second);
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({seals_hold, only_what_matches_is_opened, a_guests_memory_is_opened_if_it_is_sealed,
                memory_is_there_and_stays_with_its_maker, names_are_their_users, no_wakeup_is_lost});
}
