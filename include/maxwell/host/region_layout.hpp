// SPDX-License-Identifier: MIT
//
// region_layout: what a shared region holds, so that two programs with different layouts find out before they use it.
//
// layout_of<T> is the layout of a type that can be in a region. All of Maxwell's sources, boards and pages have one. A
// program that shares a type of its own gives it a layout once:
//
//     template <>
//     inline constexpr maxwell::region_layout maxwell::layout_of<my_type>{MAXWELL_REGION_USER, 1, 1, sizeof(my_type)};
//
// Such a type must have no padding that is copied from private memory: every process that maps the region could read it.

#pragma once

#include <maxwell/abi/bid_board.h>
#include <maxwell/abi/outcome_board.h>
#include <maxwell/abi/price_page.h>
#include <maxwell/abi/region.h>
#include <maxwell/core/published.hpp>
#include <maxwell/host/wakeup.hpp>
#include <maxwell/ring/agent_ring.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/detail/bid_cells.hpp>
#include <maxwell/ring/mailbox.hpp>
#include <maxwell/ring/mpsc_ring.hpp>
#include <maxwell/ring/outcome_board.hpp>
#include <maxwell/ring/roster.hpp>
#include <maxwell/ring/spsc_ring.hpp>
#include <maxwell/thermal/price_page.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>  // has_unique_object_representations

namespace maxwell {

struct region_layout {
    std::uint32_t kind = 0;     ///< MAXWELL_REGION_..., from MAXWELL_REGION_USER on the user's own; 0: none
    std::uint32_t version = 0;  ///< of the object's layout
    std::uint64_t count = 0;    ///< agents, lanes, or records
    std::uint64_t size = 0;     ///< bytes of the object
    std::uint64_t offset = MAXWELL_REGION_OFFSET;  ///< of the object; a T that is aligned to more begins there

    friend constexpr bool operator==(region_layout const&, region_layout const&) = default;
};

/// The layout of T in a region. Only types that have one can be shared.
template <class T>
inline constexpr region_layout layout_of{};

template <std::size_t Agents>
inline constexpr region_layout layout_of<bid_cells<Agents>>{MAXWELL_REGION_BID_CELLS, MAXWELL_BID_BOARD_VERSION, Agents,
                                                            sizeof(bid_cells<Agents>)};
template <std::size_t Agents>
inline constexpr region_layout layout_of<bid_board<Agents>>{MAXWELL_REGION_BID_BOARD, MAXWELL_BID_BOARD_VERSION, Agents,
                                                            sizeof(bid_board<Agents>)};
template <std::size_t Agents>
inline constexpr region_layout layout_of<outcome_board<Agents>>{
    MAXWELL_REGION_OUTCOME_BOARD, MAXWELL_OUTCOME_BOARD_VERSION, Agents, sizeof(outcome_board<Agents>)};

template <std::size_t Lanes>
inline constexpr region_layout layout_of<price_page<Lanes>>{MAXWELL_REGION_PRICE_PAGE, MAXWELL_PRICE_LAYOUT, Lanes,
                                                            sizeof(price_page<Lanes>)};

template <class T, std::size_t Capacity, std::size_t Alignment>
    requires std::has_unique_object_representations_v<T>
inline constexpr region_layout layout_of<spsc_ring<T, Capacity, Alignment>>{MAXWELL_REGION_SPSC_RING, 1, Capacity,
                                                                            sizeof(spsc_ring<T, Capacity, Alignment>)};
template <std::size_t Capacity, std::size_t Alignment>
inline constexpr region_layout layout_of<agent_ring<Capacity, Alignment>>{MAXWELL_REGION_AGENT_RING, 1, Capacity,
                                                                          sizeof(agent_ring<Capacity, Alignment>)};
template <std::size_t Capacity, std::size_t Agents, std::size_t Producers, std::uint32_t Patience, class Cell>
inline constexpr region_layout layout_of<mpsc_ring<Capacity, Agents, Producers, Patience, Cell>>{
    MAXWELL_REGION_MPSC_RING, 1, Capacity, sizeof(mpsc_ring<Capacity, Agents, Producers, Patience, Cell>)};

template <>
inline constexpr region_layout layout_of<mailbox_cells<>>{MAXWELL_REGION_MAILBOX, MAXWELL_MAILBOX_VERSION,
                                                          MAXWELL_MAILBOX_CELLS, sizeof(mailbox_cells<>)};
/// The host's side, in a region of the host's own, for the host that comes after it.
template <>
inline constexpr region_layout layout_of<mailbox_reader<>>{MAXWELL_REGION_MAILBOX_READER, MAXWELL_MAILBOX_VERSION,
                                                           MAXWELL_MAILBOX_CELLS, sizeof(mailbox_reader<>)};

template <std::size_t Agents>
inline constexpr region_layout layout_of<roster<Agents>>{MAXWELL_REGION_ROSTER, 1, Agents, sizeof(roster<Agents>)};

template <>
inline constexpr region_layout layout_of<wakeup>{MAXWELL_REGION_WAKEUP, 1, 1, sizeof(wakeup)};

/// A T with padding has no layout here, since its padding bytes would be copied to all readers.
template <class T, std::size_t Copies>
    requires std::has_unique_object_representations_v<T>
inline constexpr region_layout layout_of<published<T, Copies>>{MAXWELL_REGION_PUBLISHED, 1, Copies,
                                                               sizeof(published<T, Copies>)};

/// Why a region could not be made or opened.
enum class region_fault : std::uint8_t {
    none,
    system,            ///< a system call failed; `errno` says why
    not_a_region,      ///< it doesn't begin with the magic
    other_byte_order,  ///< it was made on a machine of the other byte order
    other_version,     ///< its header is of another version
    other_kind,        ///< it holds something else
    other_layout,      ///< it holds the same in another version
    other_count,       ///< it is for another number of agents
    other_size,        ///< its sizes contradict the rest
    too_short,         ///< it is shorter than its header says
    in_use,            ///< the file in which it was to be made is not empty
    not_mine,          ///< the file behind the name belongs to another user, or others may write it
    not_a_file,        ///< what is behind the name is no regular file
    not_sealed,        ///< it could be shortened
    huge_pages,        ///< it is made of huge pages
    busy,              ///< another writer has claimed it
};

struct region_error {
    region_fault fault = region_fault::none;
    std::string what;  ///< one sentence
};

namespace detail {

inline char const* name_of_kind(std::uint32_t kind) {
    switch (kind) {
        case MAXWELL_REGION_BID_CELLS:
            return "the cells of a bid board";
        case MAXWELL_REGION_BID_BOARD:
            return "a bid board";
        case MAXWELL_REGION_OUTCOME_BOARD:
            return "an outcome board";
        case MAXWELL_REGION_PRICE_PAGE:
            return "a price page";
        case MAXWELL_REGION_SPSC_RING:
            return "a ring of one producer";
        case MAXWELL_REGION_AGENT_RING:
            return "an agent's ring";
        case MAXWELL_REGION_MPSC_RING:
            return "a ring of many producers";
        case MAXWELL_REGION_WAKEUP:
            return "a wakeup";
        case MAXWELL_REGION_PUBLISHED:
            return "published copies";
        case MAXWELL_REGION_MAILBOX:
            return "a mailbox";
        case MAXWELL_REGION_MAILBOX_READER:
            return "the host's side of a mailbox";
        case MAXWELL_REGION_ROSTER:
            return "a roster of agents";
        default:
            return kind >= MAXWELL_REGION_USER ? "an object of a user's kind" : "something unknown";
    }
}

inline maxwell_region_header header_of(region_layout const& layout) {
    maxwell_region_header h{};
    std::memcpy(h.magic, MAXWELL_REGION_MAGIC, sizeof(h.magic));
    h.byte_order = MAXWELL_REGION_BYTE_ORDER;
    h.version = MAXWELL_REGION_VERSION;
    h.kind = layout.kind;
    h.layout = layout.version;
    h.count = layout.count;
    h.size = layout.size;
    h.offset = layout.offset;
    return h;
}

/// Returns what is wrong with the header of a region of `length` bytes that is called `name`, or nothing.
inline std::optional<region_error> refuse(maxwell_region_header const& h, std::uint64_t length,
                                          region_layout const& wanted, std::string const& name) {
    const auto error = [&name](region_fault fault, std::string const& what) {
        return region_error{fault, name + " " + what};
    };
    const auto differs = [&](region_fault fault, char const* of_what, std::uint64_t has, std::uint64_t want) {
        return error(fault, std::string("has ") + of_what + " " + std::to_string(has) + ", this program uses " +
                                std::to_string(want));
    };
    static_assert(sizeof(h.magic) == sizeof(MAXWELL_REGION_MAGIC));
    if (std::memcmp(h.magic, MAXWELL_REGION_MAGIC, sizeof(h.magic)) != 0) {
        return error(region_fault::not_a_region, "is not a region of Maxwell, or is just being made");
    }
    if (h.byte_order == __builtin_bswap32(MAXWELL_REGION_BYTE_ORDER)) {
        return error(region_fault::other_byte_order, "was made on a machine of the other byte order");
    }
    if (h.byte_order != MAXWELL_REGION_BYTE_ORDER) {
        return error(region_fault::other_byte_order, "was made on a machine of an unknown byte order");
    }
    if (h.version != MAXWELL_REGION_VERSION) {
        return differs(region_fault::other_version, "a header of version", h.version, MAXWELL_REGION_VERSION);
    }
    if (h.kind != wanted.kind) {
        return error(region_fault::other_kind, std::string("holds ") + name_of_kind(h.kind) +
                                                   ", this program looks for " + name_of_kind(wanted.kind));
    }
    if (h.layout != wanted.version) {
        return differs(region_fault::other_layout, "a layout of version", h.layout, wanted.version);
    }
    if (h.count != wanted.count) return differs(region_fault::other_count, "a capacity of", h.count, wanted.count);
    if (h.size != wanted.size) return differs(region_fault::other_size, "an object of size", h.size, wanted.size);
    if (h.offset != wanted.offset) {
        return differs(region_fault::other_size, "its object at byte", h.offset, wanted.offset);
    }
    if (length < h.offset + h.size) {
        return error(region_fault::too_short, "is " + std::to_string(length) + " bytes long, its object ends at byte " +
                                                  std::to_string(h.offset + h.size));
    }
    return std::nullopt;
}

}  // namespace detail
}  // namespace maxwell
