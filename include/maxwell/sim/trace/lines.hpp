// SPDX-License-Identifier: MIT
//
// line_source: the lines of a text file, compressed or not, however badly it is written.
//
// Nothing in a file can make it fail half-way: a line may be endless, hold NUL bytes, end in CR LF or in nothing at all,
// and the compressed data may be damaged or end early. What memory it needs is bounded, whatever comes in.
//
//     file ──byte_source──▶ chunk_ 64 KB ──▶ line_ at most 64 KB, the rest of a longer one is dropped and `overlong` set
//                              └─ peek(): the beginning, before anything is taken, to recognise the format by
//
//     operation   cost        why
//     open        one read    fills the first chunk
//     next        O(line)     one scan for the line's end, one copy

#pragma once

#include <maxwell/sim/trace/bytes.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint64_t
#include <cstring>      // memchr
#include <string>       // line, error sentences
#include <string_view>  // text of a line
#include <vector>       // chunk

namespace maxwell::sim {

/// A line of a file, without its end (LF, or CR LF).
struct source_line {
    std::string_view text;   ///< valid until the next call of next()
    std::uint64_t number;    ///< from 1 on
    bool overlong = false;   ///< the text is the beginning of a longer line
    bool cut_short = false;  ///< the file's damage lies in this line
};

/// What some editors put before the first line of a file in UTF-8. Lines are delivered without it.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

class line_source {
public:
    /// The longest line that is delivered whole, in bytes.
    static constexpr std::size_t longest = std::size_t{64} << 10;

    /// Opens `path`. True, or false and error() is one sentence that names the file: missing, a directory, a device, empty,
    /// not readable. Call it once.
    bool open(std::string const& path) {
        if (!bytes_.open(path)) return false;
        fill();
        return true;
    }

    /// Why open() failed; empty when it did not.
    std::string const& error() const noexcept { return bytes_.error(); }

    /// The first bytes of the file, 64 KB at the most; only before the first next().
    std::string_view peek() const noexcept { return {chunk_.data(), chunk_.size()}; }

    /// Puts the next line into `line`; false at the end. O(line).
    bool next(source_line& line) {
        line_.clear();
        bool overlong = false;
        bool any = false;
        for (;;) {
            if (at_ == chunk_.size()) {
                if (!fill()) break;
                continue;
            }
            any = true;
            char const* const first = chunk_.data() + at_;
            const std::size_t left = chunk_.size() - at_;
            auto const* const end = static_cast<char const*>(std::memchr(first, '\n', left));
            const std::size_t length = end != nullptr ? static_cast<std::size_t>(end - first) : left;
            const std::size_t room = longest - line_.size();
            line_.append(first, length < room ? length : room);
            overlong = overlong || length > room;
            at_ += length;
            if (end == nullptr) continue;
            ++at_;
            ++line_ends_;
            deliver(line, overlong, false);
            return true;
        }
        if (!any) return false;
        unended_ = true;
        deliver(line, overlong, !damage().empty());
        return true;
    }

    /// Lines by the count of line ends in the bytes read, and one more for text after the last: an account of its own, to
    /// compare with the lines that were delivered.
    std::uint64_t lines_in_bytes() const noexcept { return line_ends_ + (unended_ ? 1 : 0); }

    /// What is wrong with the compressed data, known at the end; empty when nothing is.
    std::string const& damage() const noexcept { return bytes_.damage(); }

    /// Takes the bytes that have been read and not delivered, whatever lines they hold; false at the end. For a file that is one
    /// document and has no lines: either this or next(), never both.
    bool next_chunk(std::string_view& chunk) {
        if (at_ == chunk_.size() && !fill()) return false;
        chunk = {chunk_.data() + at_, chunk_.size() - at_};
        at_ = chunk_.size();
        return true;
    }

    /// How far the file has been read, in its own bytes; 0 of 0 for a pipe.
    std::uint64_t offset() const noexcept { return bytes_.offset(); }
    std::uint64_t size() const noexcept { return bytes_.size(); }

private:
    /// Reads the next chunk; false when nothing came, at the end or at damage.
    bool fill() {
        at_ = 0;
        chunk_.resize(longest);
        std::size_t filled = 0;  // whole chunks, so that a line is recognised however small the pieces are that come in
        while (filled < longest) {
            const std::size_t count = bytes_.read(chunk_.data() + filled, longest - filled);
            if (count == 0) break;
            filled += count;
        }
        chunk_.resize(filled);
        return filled != 0;
    }

    void deliver(source_line& line, bool overlong, bool cut_short) {
        if (number_ == 0 && line_.starts_with(byte_order_mark)) line_.erase(0, byte_order_mark.size());
        if (!overlong && line_.ends_with('\r')) line_.pop_back();
        line = {line_, ++number_, overlong, cut_short};
    }

    byte_source bytes_;
    std::vector<char> chunk_;
    std::size_t at_ = 0;  ///< in chunk_
    std::string line_;
    std::uint64_t number_ = 0;
    std::uint64_t line_ends_ = 0;
    bool unended_ = false;  ///< the last line has no end
};

}  // namespace maxwell::sim
