// SPDX-License-Identifier: MIT
//
// Adversarial producers write whatever they like, wherever they may, while the host drains: between two drains, in the
// middle of one, and from another process at any time. The host must not leave its memory, must keep its budget, and
// must deliver what correct agents beside them send, whole and in order.
//
// MAXWELL_ADVERSARIAL_WRITES in the environment says how many writes; else 10^7, under sanitizers 10^6.

#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/ring/agent_ring.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/mailbox.hpp>
#include <maxwell/ring/sharded_ring.hpp>

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

namespace maxwell::test {
namespace {

std::uint64_t writes() {
    char const* given = std::getenv("MAXWELL_ADVERSARIAL_WRITES");
    if (given != nullptr) return std::strtoull(given, nullptr, 10);
    return small_scale() ? 1'000'000 : 10'000'000;
}

/// Writes words into what it may write: noise, extremes, what is there already and its neighbours, and what was there
/// once.
class attacker {
public:
    attacker(std::span<std::byte> memory, std::uint64_t seed)
        : words_(reinterpret_cast<std::uint64_t*>(memory.data())), count_(memory.size() / 8), dice_(seed) {}

    void write() {
        std::uint64_t volatile& word = words_[dice_.below(count_)];
        const std::uint64_t old = word;
        switch (dice_.below(8)) {
            case 0:
                word = (std::uint64_t{dice_()} << 32 | dice_());
                break;
            case 1:
                word = ~std::uint64_t{0} - dice_.below(4);
                break;
            case 2:
                word = dice_.below(4);
                break;
            case 3:
                word = old + 1;
                break;
            case 4:
                word = old + dice_.below(64) - 32;
                break;
            case 5:
                word = remembered_;
                break;
            case 6:
                word = old ^ std::uint64_t{1} << dice_.below(64);
                break;
            default:
                word = words_[dice_.below(count_)] + dice_.below(3);
                break;  // a neighbour's, as of another slot
        }
        remembered_ = old;
        ++written;
    }

    std::uint64_t written = 0;

private:
    std::uint64_t* words_;
    std::size_t count_;
    dice dice_;
    std::uint64_t remembered_ = 0;
};

/// A board and its correct neighbour; of the adversarial one the agents write all there is to be mapped.
struct boards {
    static constexpr std::size_t agents = 66;
    struct shared_part {
        bid_cells<agents> cells;
    };

    explicit boards(shared_part& shared) : adversarial(shared) {
        for (std::uint32_t i = 0; i < agents; ++i) {
            if (i % 3 != 0) reader->admit(adversarial.cells, make_agent_id(i, i));
        }
        correct->admit(make_agent_id(5, 0));
    }
    static std::span<std::byte> writable(shared_part& shared) { return std::as_writable_bytes(std::span(&shared, 1)); }

    bool send(std::uint32_t number) { return correct->submit({make_agent_id(5, 0), number, 1}) == status::ok; }

    template <class F, class G>
    bool drain(F adversarial_bid, G correct_bid, std::size_t budget) {
        std::size_t calls = 0;
        bool sound = true;
        const std::size_t given = reader->drain(
            adversarial.cells,
            [&](bid const& b) {
                ++calls;
                sound = sound && reader->holds(b.agent) && b.units <= bid_cell::max_units;
                adversarial_bid();
            },
            budget);
        correct->drain([&](bid const& b) { correct_bid(b.amount); }, budget);
        return sound && calls == given && given <= budget && reader->check_invariants();
    }

    shared_part& adversarial;
    std::unique_ptr<board_reader<agents>> reader = std::make_unique<board_reader<agents>>();
    std::unique_ptr<bid_board<8>> correct = std::make_unique<bid_board<8>>();
};

/// A mailbox and its correct neighbour; of the adversarial one the producer writes all there is to be mapped.
struct boxes {
    struct shared_part {
        mailbox_cells<> cells;
    };

    explicit boxes(shared_part& shared) : adversarial(shared) {
        for (std::uint32_t cell = 0; cell < 64; ++cell) {
            if (cell % 3 != 0) reader->admit(adversarial.cells, cell, make_agent_id(cell, cell));
        }
        correct->admit(5, make_agent_id(5, 0));
    }
    static std::span<std::byte> writable(shared_part& shared) { return std::as_writable_bytes(std::span(&shared, 1)); }

    bool send(std::uint32_t number) { return writer.submit(correct->cells(), 5, number, 1) == status::ok; }

    template <class F, class G>
    bool drain(F adversarial_bid, G correct_bid, std::size_t budget) {
        std::size_t calls = 0;
        bool sound = true;
        const std::size_t given = reader->drain(
            adversarial.cells,
            [&](bid const& b) {
                ++calls;
                sound = sound && reader->holds(slot_of(b.agent), b.agent) && b.units <= mailbox_writer<>::max_units;
                adversarial_bid();
            },
            budget);
        correct->drain([&](bid const& b) { correct_bid(b.amount); }, budget);
        return sound && calls == given && given <= budget;
    }

    shared_part& adversarial;
    mailbox_writer<> writer;
    std::unique_ptr<mailbox_reader<>> reader = std::make_unique<mailbox_reader<>>();
    std::unique_ptr<mailbox<>> correct = std::make_unique<mailbox<>>();
};

/// Three rings behind one drain; the one in the middle is adversarial, and writes all but the host's page of it.
struct rings {
    struct shared_part {
        sharded_ring<agent_ring<8, 4096>, 3> ring;
    };

    explicit rings(shared_part& shared) : all(shared) {
        for (std::uint32_t i = 0; i < 3; ++i) all.ring.shard(i).admit(make_agent_id(i, 0));
    }
    static std::span<std::byte> writable(shared_part& shared) {
        auto& offers = shared.ring.shard(1).offers();
        return std::as_writable_bytes(std::span(&offers, 1)).subspan(4096);
    }

    bool send(std::uint32_t number) { return all.ring.shard(0).try_push({make_agent_id(0, 0), number, 1}); }

    template <class F, class G>
    bool drain(F adversarial_bid, G correct_bid, std::size_t budget) {
        std::size_t calls = 0;
        bool sound = true;
        const std::size_t given = all.ring.drain(
            [&](bid const& b) {
                ++calls;
                if (slot_of(b.agent) == 0) return correct_bid(b.amount);
                sound = sound && b.agent == make_agent_id(1, 0);
                adversarial_bid();
            },
            budget);
        return sound && calls == given && given <= budget;
    }

    shared_part& all;
};

/// The control: a ring whose consumer believes in the producer's index.
struct trusting_ring {
    struct shared_part {
        atomic<std::uint64_t> tail;
        atomic<std::uint64_t> slot[8];
    };

    explicit trusting_ring(shared_part& shared) : ring(shared) {}
    static std::span<std::byte> writable(shared_part& shared) { return std::as_writable_bytes(std::span(&shared, 1)); }
    bool send(std::uint32_t) { return false; }

    template <class F, class G>
    bool drain(F adversarial_bid, G, std::size_t budget) {
        const std::uint64_t waiting = ring.tail.load(memory_order::acquire) - head;
        for (std::uint64_t i = 0; i < waiting; ++i) {
            if (i == budget) return false;  // for ever, but for this line
            adversarial_bid();
        }
        head += waiting;
        return true;
    }

    shared_part& ring;
    std::uint64_t head = 0;
};

/// Sends and drains beside an attacker, until it has enough. False as soon as a promise is broken.
template <class Target, class More, class Attack>
bool withstands(typename Target::shared_part& shared, More more, Attack attack) {
    Target target(shared);
    std::uint32_t sent = 0, received = 0;
    bool in_order = true;
    const auto correct = [&](std::uint32_t number) {
        in_order = in_order && number == received + 1;
        received = number;
    };
    for (std::uint64_t n = 0; more(); ++n) {
        if (received == sent && target.send(sent + 1)) ++sent;
        attack();
        if (!target.drain(attack, correct, 1 + n % 16)) return false;
        if (!in_order) return false;
        // A drain of a budget of 1 may be the adversarial one's; the correct one's turn comes after it.
        if (n % 16 == 15 && received != sent) return false;
    }
    return true;
}

template <class Target>
bool withstands_alone() {
    const auto shared = std::make_unique<typename Target::shared_part>();
    attacker a(Target::writable(*shared), 20);
    const std::uint64_t enough = writes();
    return withstands<Target>(
        *shared, [&] { return a.written < enough; }, [&] { a.write(); });
}

/// The same from another process, at any time, with memory around the shared pages that nobody may touch.
template <class Target>
bool withstands_another_process() {
    constexpr std::size_t page = 4096;
    constexpr std::size_t size = (sizeof(typename Target::shared_part) + page - 1) / page * page;
    void* all = mmap(nullptr, size + 2 * page, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) return false;
    std::byte* begin = static_cast<std::byte*>(all) + page;
    if (mprotect(begin, size, PROT_READ | PROT_WRITE) != 0) return false;
    auto& shared = *new (begin) typename Target::shared_part;
    const pid_t child = fork();
    if (child == 0) {
        attacker a(Target::writable(shared), 21);
        for (const std::uint64_t enough = writes() / 2; a.written < enough;) a.write();
        _exit(0);
    }
    int status = 0;
    const bool held = withstands<Target>(
        shared, [&] { return waitpid(child, &status, WNOHANG) == 0; }, [] {});
    if (!held) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
    }
    munmap(all, size + 2 * page);
    return child > 0 && held && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(adversarial, boards_withstand_their_agents) {
    EXPECT_TRUE(withstands_alone<boards>());
    EXPECT_TRUE(withstands_another_process<boards>());
}

TEST(adversarial, mailboxes_withstand_their_producers) {
    EXPECT_TRUE(withstands_alone<boxes>());
    EXPECT_TRUE(withstands_another_process<boxes>());
}

TEST(adversarial, rings_withstand_their_producers) {
    EXPECT_TRUE(withstands_alone<rings>());
    EXPECT_TRUE(withstands_another_process<rings>());
}

TEST(adversarial, a_consumer_that_trusts_its_producers_fails) {
    const auto shared = std::make_unique<trusting_ring::shared_part>();
    attacker a(trusting_ring::writable(*shared), 22);
    EXPECT_FALSE(withstands<trusting_ring>(
        *shared, [&] { return a.written < 1000; }, [&] { a.write(); }));
}

}  // namespace
}  // namespace maxwell::test
