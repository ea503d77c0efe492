// SPDX-License-Identifier: MIT
//
// line_source: the lines of a text file, compressed with gzip or not, however badly it is written.
//
// Nothing in a file can make it fail half-way: a line may be endless, hold NUL bytes, end in CR LF or in nothing at all,
// and the compressed data may be damaged or end early. What memory it needs is bounded, whatever comes in.
//
//     file ──gzread──▶ chunk_ 64 KB ──▶ line_ at most 64 KB, the rest of a longer one is dropped and `overlong` set
//                        └─ peek(): the beginning, before anything is taken, to recognise the format by
//
//     operation   cost                why
//     open        one read            fills the first chunk
//     next        O(line)             one scan for the line's end, one copy
//
// zlib reads plain files through the same calls, so compression is never asked about.

#pragma once

#include <zlib.h>  // gzopen

#include <cerrno>        // errno
#include <cstddef>       // size_t
#include <cstdint>       // uint64_t
#include <cstring>       // memchr
#include <filesystem>    // status
#include <memory>        // unique_ptr
#include <string>        // line, error sentences
#include <string_view>   // text of a line
#include <system_error>  // error_code
#include <vector>        // chunk

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
        std::error_code failure;
        const auto kind = std::filesystem::status(path, failure).type();
        if (kind == std::filesystem::file_type::not_found) return refuse(path + " does not exist");
        if (failure) return refuse(path + " can't be opened: " + failure.message());
        if (kind == std::filesystem::file_type::directory) return refuse(path + " is a directory, not a file");
        if (kind != std::filesystem::file_type::regular && kind != std::filesystem::file_type::fifo) {
            return refuse(path + " is neither a file nor a pipe");
        }
        file_.reset(gzopen(path.c_str(), "rb"));
        if (!file_)
            return refuse(path + " can't be opened: " + std::error_code(errno, std::generic_category()).message());
        fill();
        if (chunk_.empty()) return refuse(path + (damage_.empty() ? " is empty" : ": " + damage_));
        return true;
    }

    /// Why open() failed; empty when it did not.
    std::string const& error() const noexcept { return error_; }

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
        deliver(line, overlong, !damage_.empty());
        return true;
    }

    /// Lines by the count of line ends in the bytes read, and one more for text after the last: an account of its own, to
    /// compare with the lines that were delivered.
    std::uint64_t lines_in_bytes() const noexcept { return line_ends_ + (unended_ ? 1 : 0); }

    /// What is wrong with the compressed data, known at the end; empty when nothing is.
    std::string const& damage() const noexcept { return damage_; }

private:
    struct closer {
        void operator()(gzFile_s* file) const noexcept { gzclose(file); }
    };

    bool refuse(std::string sentence) {
        error_ = std::move(sentence);
        return false;
    }

    /// Reads the next chunk; false when nothing came, at the end or at damage.
    bool fill() {
        at_ = 0;
        chunk_.clear();
        if (!damage_.empty()) return false;
        chunk_.resize(longest);
        const int count = gzread(file_.get(), chunk_.data(), static_cast<unsigned>(chunk_.size()));
        chunk_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        if (count < static_cast<int>(longest)) {
            int code = Z_OK;
            char const* const text = gzerror(file_.get(), &code);
            if (code == Z_BUF_ERROR) damage_ = "the compressed data end early";
            if (code == Z_DATA_ERROR) damage_ = "the compressed data are damaged";
            if (code == Z_ERRNO || code == Z_STREAM_ERROR || code == Z_MEM_ERROR)
                damage_ = std::string("can't be read: ") + text;
        }
        return !chunk_.empty();
    }

    void deliver(source_line& line, bool overlong, bool cut_short) {
        if (number_ == 0 && line_.starts_with(byte_order_mark)) line_.erase(0, byte_order_mark.size());
        if (!overlong && line_.ends_with('\r')) line_.pop_back();
        line = {line_, ++number_, overlong, cut_short};
    }

    std::unique_ptr<gzFile_s, closer> file_;
    std::vector<char> chunk_;
    std::size_t at_ = 0;  ///< in chunk_
    std::string line_;
    std::string error_;
    std::string damage_;
    std::uint64_t number_ = 0;
    std::uint64_t line_ends_ = 0;
    bool unended_ = false;  ///< the last line has no end
};

}  // namespace maxwell::sim
