// SPDX-License-Identifier: MIT
//
// region_layout: what a shared region holds, so that two programs find out that they don't mean the same before they use it.
//
// layout_of<T> is the layout of a type that can lie in a region. Who shares a type of their own says so once:
//
//     template <>
//     inline constexpr maxwell::region_layout maxwell::layout_of<my_type>{MAXWELL_REGION_USER, 1, 1, sizeof(my_type)};

#pragma once

#include <maxwell/abi/bid_board.h>
#include <maxwell/abi/outcome_board.h>
#include <maxwell/abi/price_page.h>
#include <maxwell/abi/region.h>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/detail/bid_cells.hpp>
#include <maxwell/ring/outcome_board.hpp>
#include <maxwell/thermal/price_page.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

namespace maxwell {

struct region_layout {
    std::uint32_t kind = 0;     ///< MAXWELL_REGION_..., from MAXWELL_REGION_USER on the user's own; 0: none
    std::uint32_t version = 0;  ///< of the object's layout
    std::uint64_t count = 0;    ///< agents, lanes, or records
    std::uint64_t size = 0;     ///< bytes of the object

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
    too_short,         ///< it is shorter than what it says that it holds
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
    h.offset = MAXWELL_REGION_OFFSET;
    return h;
}

/// What is wrong with a header, of a region of `length` bytes that is called `name`; or nothing.
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
    if (h.offset != MAXWELL_REGION_OFFSET) {
        return differs(region_fault::other_size, "its object at byte", h.offset, MAXWELL_REGION_OFFSET);
    }
    if (length < h.offset + h.size) {
        return error(region_fault::too_short, "is " + std::to_string(length) + " bytes long, its object ends at byte " +
                                                  std::to_string(h.offset + h.size));
    }
    return std::nullopt;
}

}  // namespace detail
}  // namespace maxwell
