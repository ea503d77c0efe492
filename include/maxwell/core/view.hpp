// SPDX-License-Identifier: MIT
//
// view<T>: elements that the caller owns, a pointer and a count. std::span for code that may not include <span>.
//
// A view is a parameter, never a member: what Maxwell keeps, it keeps by index.

#pragma once

#include <maxwell/core/assert.hpp>

#include <concepts>     // convertible_to
#include <cstddef>      // size_t
#include <type_traits>  // is_convertible, is_trivially_copyable, remove_pointer

namespace maxwell {

/// Does a C refer to elements that it doesn't own? Yes if it is trivially copyable and can be constructed from a pointer to
/// the first element and a count. (std::ranges::borrowed_range, for code that may not include <ranges>.)
template <class C>
concept borrows_elements = std::is_trivially_copyable_v<C> && requires(C& c) {
    C{c.data(), c.size()};
};

template <class T>
class view {
public:
    using iterator = T*;

    /// No elements.
    constexpr view() noexcept = default;

    /// `count` elements from `first` on. `first` may be null when `count` is 0.
    constexpr view(T* first, std::size_t count) noexcept : data_(first), size_(count) {}

    /// A whole array.
    template <std::size_t N>
    constexpr view(T (&array)[N]) noexcept : data_(array), size_(N) {}

    /// Anything contiguous that has data() and size(): an array, a vector, a string, another view. A view of `T const` also
    /// takes elements of type T, but never those of a derived class.
    // clang-format off
    template <class Container>
        requires requires(Container& c) {
            requires std::is_convertible_v<std::remove_pointer_t<decltype(c.data())> (*)[], T (*)[]>;
            { c.size() } -> std::convertible_to<std::size_t>;
        }
    constexpr view(Container& container) noexcept : data_(container.data()), size_(container.size()) {}

    /// A temporary, if it borrows its elements, as std::span and std::string_view do.
    template <borrows_elements Container>
        requires requires(Container const& c) {
            requires std::is_convertible_v<std::remove_pointer_t<decltype(c.data())> (*)[], T (*)[]>;
        }
    constexpr view(Container const&& container) noexcept : data_(container.data()), size_(container.size()) {}
    // clang-format on

    constexpr T* data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr iterator begin() const noexcept { return data_; }
    constexpr iterator end() const noexcept { return data_ + size_; }

    /// The element at `index`, which is below size().
    constexpr T& operator[](std::size_t index) const noexcept {
        MAXWELL_ASSERT(index < size_);
        return data_[index];
    }

    /// The first `count` elements; all of them if there are fewer.
    constexpr view first(std::size_t count) const noexcept { return {data_, count < size_ ? count : size_}; }

private:
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

static_assert(std::is_trivially_copyable_v<view<int>> && sizeof(view<int>) == 2 * sizeof(void*));

}  // namespace maxwell
