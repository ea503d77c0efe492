// SPDX-License-Identifier: MIT
//
// price_page: the newest price schedule in shared memory: one writer, any number of readers, in other processes and guests.
//
// Readers only load, so their mapping can be read-only, and no reader can disturb the writer or another reader (if readers may
// write, core/published.hpp takes any type). If the writer crashes, at any instruction, readers continue with the last version
// that it announced.
//
//     latest_   v ────────────┐                       version v is in bank v & 1, so the writer makes v + 1 in the bank that no
//                             ▼                       reader of v reads
//     bank_[0]  version 6   start, base price, lanes
//     bank_[1]  version 7   start, base price, lanes
//
//     publish, version v = latest + 1                 read
//       1  version of bank v & 1 := v     claim         1  v := latest                  acquire
//       2  each word of it                release       2  each word of bank v & 1      acquire
//       3  latest := v                    announce      3  its version is still v?      then they are all of v
//
// Why a read is never torn. A reader that finds v in latest synchronises with step 3 of v, so all words of v, and the claim
// of v, happened before its loads: they return those or newer ones. A newer word of this bank is one of v + 2 or later. It
// was stored with release after the claim of v + 2, and the reader acquired it, so the claim happened before the reader's
// step 3, which then finds a version that isn't v: versions only grow. (Boehm, MSPC 2012, shows that a sequence lock needs to
// acquire each word, or a fence. Here it is each word: on x86 that is a plain load, and thread sanitizers don't see fences.)
//
// Why a read ends. Step 3 fails only once v + 2 is claimed, which is after v + 1 was announced; claims are stored with
// release and checked with acquire, so the next attempt finds v + 1 or later. A writer that has crashed or is slow claims at
// most once more: two attempts are enough. A read fails only if the writer publishes without a pause during all `attempts`, and
// then the reader keeps what it has.
//
// Why a crashed writer leaves nothing to repair. It may have claimed v + 1 and not announced it. No reader has seen that version;
// its successor claims and writes it again. Only one writer at a time: guard the page by a lock that the kernel releases when
// the process ends, as host/writer_claim.hpp does. Otherwise a stopped writer that continues could overwrite its successor's
// words.
//
// Invariants
//   1. bank_[latest & 1].version == latest, and that bank's words are those published with it.
//   2. The other bank's version is latest - 1, or latest + 1 while a writer is in it or after it crashed there.
//   3. The all-zero object is the page without a published version.
//
//     operation   cost        why
//     publish     O(Lanes)    a word is a plain store on x86
//     read        O(Lanes)    the same, at most `attempts` times
//     version     O(1)        one load: is there anything new?

#pragma once

#include <maxwell/abi/price_page.h>
#include <maxwell/core/atomic.hpp>
#include <maxwell/thermal/price_schedule.hpp>

#include <cstddef>      // size_t, offsetof
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_standard_layout

namespace maxwell {

/// The result of a read. Only a read that returns `ok` changes the reader's schedule.
enum class price_read : std::uint8_t {
    ok,
    nothing_yet,  ///< no version was published yet
    foreign,      ///< the page has another layout or another number of lanes
    too_busy,     ///< the writer published during each of the attempts
};

template <std::size_t Lanes>
class price_page {
public:
    static_assert(Lanes <= 12, "a reader's copy has to fit on a kernel's stack; for more lanes take more pages");

    using schedule = price_schedule<Lanes>;

    /// The number of attempts of a read.
    static constexpr int attempts = 4;

    price_page() noexcept = default;
    price_page(price_page const&) = delete;
    price_page& operator=(price_page const&) = delete;

    /// The number of lanes.
    static constexpr std::size_t lanes() noexcept { return Lanes; }

    /// The newest version; 0 while there is none. It grows by 1 with each schedule. A reader that has this version already
    /// needn't read it again. O(1).
    std::uint64_t version() const noexcept { return latest_.load(memory_order::acquire); }

    /// Publishes `next` and returns true; only the writer may call it. Returns false, and changes nothing, if the page has
    /// another layout or another number of lanes. O(Lanes).
    bool publish(schedule const& next) noexcept {
        const std::uint64_t version = latest_.load(memory_order::relaxed) + 1;
        if (!lay_down()) return false;
        bank& to = bank_[version & 1];
        to.version.store(version, memory_order::release);
        to.start_ns.store(next.start_ns(), memory_order::release);
        to.end_ns.store(next.end_ns(), memory_order::release);
        to.base_price.store(next.base_price(), memory_order::release);
        for (std::size_t i = 0; i < Lanes; ++i) store(to.lane[i], next.line(i));
        latest_.store(version, memory_order::release);
        return true;
    }

    /// Copies the newest version to `to` and returns `ok`. Any other result leaves `to` unchanged: the reader keeps its last
    /// schedule, which has prices for times after its end too. Makes at most `attempts` copies. O(Lanes).
    price_read read(schedule& to) const noexcept {
        for (int attempt = 0; attempt < attempts; ++attempt) {
            const std::uint64_t version = latest_.load(memory_order::acquire);
            if (version == 0) return price_read::nothing_yet;
            if (!is_ours()) return price_read::foreign;
            bank const& from = bank_[version & 1];
            schedule copy;
            copy.begin(from.start_ns.load(memory_order::acquire), from.base_price.load(memory_order::acquire));
            for (std::size_t i = 0; i < Lanes; ++i) load(copy.line(i), from.lane[i]);
            if (from.version.load(memory_order::acquire) == version) {
                to = copy;
                return price_read::ok;
            }
        }
        return price_read::too_busy;
    }

    /// Do the invariants hold? For the writer, and for its successor after a crash; while another writes, the result can be
    /// wrong. O(1).
    bool check_invariants() const noexcept {
        const std::uint64_t latest = version();
        const std::uint64_t other = bank_[(latest + 1) & 1].version.load(memory_order::relaxed);
        if (latest == 0 ? other > 1 : !is_ours()) return false;
        if (other != latest + 1 && other + 1 != latest && !(latest == 0 && other == 0)) return false;
        return bank_[latest & 1].version.load(memory_order::relaxed) == latest;
    }

private:
    struct lane_words {
        atomic<std::uint32_t> multiplier_q16[MAXWELL_PRICE_STEPS];
        atomic<std::uint32_t> safe_q16;
        atomic<std::uint32_t> reserved[5];
    };
    struct bank {
        atomic<std::uint64_t> version;
        atomic<std::uint64_t> start_ns;
        atomic<std::uint64_t> end_ns;
        atomic<std::uint32_t> base_price;
        atomic<std::uint32_t> reserved[9];
        lane_words lane[Lanes];
    };

    static void store(lane_words& to, maxwell_price_lane const& line) noexcept {
        for (std::size_t step = 0; step < MAXWELL_PRICE_STEPS; ++step) {
            to.multiplier_q16[step].store(line.multiplier_q16[step], memory_order::release);
        }
        to.safe_q16.store(line.safe_q16, memory_order::release);
    }
    static void load(maxwell_price_lane& line, lane_words const& from) noexcept {
        for (std::size_t step = 0; step < MAXWELL_PRICE_STEPS; ++step) {
            line.multiplier_q16[step] = from.multiplier_q16[step].load(memory_order::acquire);
        }
        line.safe_q16 = from.safe_q16.load(memory_order::acquire);
    }

    /// Does the page have this layout? A thread that has seen a version has seen what was written before it.
    bool is_ours() const noexcept {
        return layout_.load(memory_order::relaxed) == MAXWELL_PRICE_LAYOUT &&
               lanes_.load(memory_order::relaxed) == Lanes;
    }

    /// Gives a zeroed page this layout. The layout's number is stored last, so a writer that crashed before left a page without it.
    bool lay_down() noexcept {
        if (layout_.load(memory_order::relaxed) == 0) {
            lanes_.store(Lanes, memory_order::relaxed);
            layout_.store(MAXWELL_PRICE_LAYOUT, memory_order::release);
        }
        return is_ours();
    }

    alignas(64) atomic<std::uint64_t> latest_;
    atomic<std::uint32_t> layout_;
    atomic<std::uint32_t> lanes_;
    atomic<std::uint32_t> reserved_[12];
    bank bank_[2];

    static_assert(sizeof(lane_words) == sizeof(maxwell_price_lane));
    static_assert(offsetof(lane_words, safe_q16) == offsetof(maxwell_price_lane, safe_q16));
    static_assert(offsetof(bank, lane) == sizeof(maxwell_price_bank));
    static_assert(offsetof(bank, start_ns) == offsetof(maxwell_price_bank, start_ns));
    static_assert(offsetof(bank, end_ns) == offsetof(maxwell_price_bank, end_ns));
    static_assert(offsetof(bank, base_price) == offsetof(maxwell_price_bank, base_price));
};

static_assert(sizeof(price_page<4>) ==
              sizeof(maxwell_price_page) + 2 * (sizeof(maxwell_price_bank) + 4 * sizeof(maxwell_price_lane)));
static_assert(std::is_standard_layout_v<price_page<4>> && alignof(price_page<4>) == 64);

}  // namespace maxwell
