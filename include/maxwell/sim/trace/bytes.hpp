// SPDX-License-Identifier: MIT
//
// byte_source: the bytes of a file, whether it is plain or compressed with gzip, xz or zstd.
//
//     file ──gzread──▶ plain or from gzip ──lzma_code or ZSTD_decompressStream──▶ the bytes, where xz or zstd lies in it
//
// zlib reads plain files through the same calls, so compression is recognised by its first bytes and never by a name. xz and
// zstd are read where the build has their libraries, MAXWELL_HAS_LZMA and MAXWELL_HAS_ZSTD; else the error names the command that
// unpacks the file. So it does for recordings in a format of their tool: perf.data, trace.dat, bzip2, zip. Damage ends the bytes
// and is told. What memory is needed is bounded: a file that asks for more than 256 MB to be unpacked is damaged.
//
//     operation   cost        why
//     open        one read    the first bytes tell what the file is
//     read        O(bytes)    one pass through each library

#pragma once

#include <zlib.h>  // gzopen
#if defined(MAXWELL_HAS_LZMA)
#include <lzma.h>  // lzma_code
#endif
#if defined(MAXWELL_HAS_ZSTD)
#include <zstd.h>  // ZSTD_decompressStream
#endif

#include <algorithm>     // min
#include <cerrno>        // errno
#include <cstddef>       // size_t
#include <cstdint>       // uint64_t
#include <cstring>       // memcpy
#include <filesystem>    // status, file_size
#include <memory>        // unique_ptr
#include <string>        // error sentences
#include <string_view>   // first bytes
#include <system_error>  // error_code
#include <vector>        // packed bytes

namespace maxwell::sim {

class byte_source {
public:
    /// Bytes that are read from the file at once.
    static constexpr std::size_t piece = std::size_t{64} << 10;

    /// Opens `path`. True, or false and error() is one sentence that names the file: missing, a directory, a device, empty, not
    /// readable, or to be unpacked first and by which command. Call it once.
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
        if (const auto size = std::filesystem::file_size(path, failure); !failure) size_ = size;
        fill();
        if (left_ == 0) return refuse(path + (damage_.empty() ? " is empty" : ": " + damage_));
        return recognise(path);
    }

    /// Why open() failed; empty when it did not.
    std::string const& error() const noexcept { return error_; }

    /// Puts up to `room` bytes at `into`; 0 at the end or at damage. O(bytes).
    std::size_t read(char* into, std::size_t room) {
        if (packing_ == packing::none) return copy(into, room);
        std::size_t count = 0;
        while (count == 0 && !ended_ && damage_.empty()) {
            if (left_ == 0) fill();
            count = unpack(into, room);
        }
        return count;
    }

    /// What is wrong with the compressed data, known at the end; empty when nothing is.
    std::string const& damage() const noexcept { return damage_; }

    /// Bytes of the file that were read, and all of them; 0 of 0 for a pipe.
    std::uint64_t offset() const noexcept {
        const auto at = gzoffset(file_.get());
        return size_ == 0 || at < 0 ? 0 : std::min(static_cast<std::uint64_t>(at), size_);
    }
    std::uint64_t size() const noexcept { return size_; }

private:
    enum class packing { none, xz, zstd };

    struct closer {
        void operator()(gzFile_s* file) const noexcept { gzclose(file); }
    };

    bool refuse(std::string sentence) {
        error_ = std::move(sentence);
        return false;
    }

    /// Reads the next piece of the file.
    void fill() {
        packed_.resize(piece);
        const int count = gzread(file_.get(), packed_.data(), static_cast<unsigned>(piece));
        at_ = 0;
        left_ = count > 0 ? static_cast<std::size_t>(count) : 0;
        if (count >= static_cast<int>(piece)) return;
        int code = Z_OK;
        char const* const text = gzerror(file_.get(), &code);
        if (code == Z_BUF_ERROR) damage_ = "the compressed data end early";
        if (code == Z_DATA_ERROR) damage_ = "the compressed data are damaged";
        if (code == Z_ERRNO || code == Z_STREAM_ERROR || code == Z_MEM_ERROR)
            damage_ = std::string("can't be read: ") + text;
    }

    std::size_t copy(char* into, std::size_t room) {
        if (left_ == 0 && damage_.empty()) fill();
        const std::size_t count = std::min(room, left_);
        std::memcpy(into, packed_.data() + at_, count);
        at_ += count;
        left_ -= count;
        return count;
    }

    /// What the first bytes say of the file.
    bool recognise(std::string const& path) {
        using namespace std::string_view_literals;
        const std::string_view first(packed_.data(), left_);
        const auto instead = [&](char const* what, std::string const& command) {
            return refuse(path + " is " + what + ": run " + command + " first");
        };
        if (first.starts_with("\xFD\x37zXZ\0"sv)) {
            packing_ = packing::xz;
            if (!begin_xz()) return instead("packed by xz, and this build lacks liblzma-dev", "xz -d " + path);
        } else if (first.starts_with("\x28\xB5\x2F\xFD"sv)) {
            packing_ = packing::zstd;
            if (!begin_zstd()) return instead("packed by zstd, and this build lacks libzstd-dev", "zstd -d " + path);
        }
        if (first.starts_with("BZh"sv)) return instead("packed by bzip2", "bunzip2 " + path);
        if (first.starts_with("PK\x03\x04"sv)) return instead("a zip archive", "unzip " + path);
        if (first.starts_with("PERFILE2"sv) || first.starts_with("2ELIFREP"sv))
            return instead("a recording of perf", "perf script -i " + path + " >" + path + ".txt");
        if (first.starts_with("\x17\x08\x44tracing"sv))
            return instead("a recording of trace-cmd", "trace-cmd report -i " + path + " >" + path + ".txt");
        return true;
    }

#if defined(MAXWELL_HAS_LZMA)
    struct lzma_closer {
        void operator()(lzma_stream* stream) const noexcept {
            lzma_end(stream);
            delete stream;
        }
    };
    bool begin_xz() {
        xz_.reset(new lzma_stream LZMA_STREAM_INIT);
        return lzma_stream_decoder(xz_.get(), std::uint64_t{256} << 20, LZMA_CONCATENATED) == LZMA_OK;
    }
    std::size_t unpack_xz(char* into, std::size_t room) {
        xz_->next_in = reinterpret_cast<std::uint8_t const*>(packed_.data() + at_);
        xz_->avail_in = left_;
        xz_->next_out = reinterpret_cast<std::uint8_t*>(into);
        xz_->avail_out = room;
        const lzma_ret code = lzma_code(xz_.get(), left_ == 0 ? LZMA_FINISH : LZMA_RUN);
        at_ += left_ - xz_->avail_in;
        left_ = xz_->avail_in;
        if (code == LZMA_STREAM_END) ended_ = true;
        if (code == LZMA_BUF_ERROR) damage_ = "the compressed data end early";
        if (code != LZMA_OK && !ended_ && damage_.empty()) damage_ = "the compressed data are damaged";
        return room - xz_->avail_out;
    }
    std::unique_ptr<lzma_stream, lzma_closer> xz_;
#else
    static bool begin_xz() { return false; }
    static std::size_t unpack_xz(char*, std::size_t) { return 0; }
#endif

#if defined(MAXWELL_HAS_ZSTD)
    struct zstd_closer {
        void operator()(ZSTD_DStream* stream) const noexcept { ZSTD_freeDStream(stream); }
    };
    bool begin_zstd() {
        zstd_.reset(ZSTD_createDStream());
        return zstd_ != nullptr && ZSTD_isError(ZSTD_DCtx_setParameter(zstd_.get(), ZSTD_d_windowLogMax, 28)) == 0;
    }
    std::size_t unpack_zstd(char* into, std::size_t room) {
        ZSTD_inBuffer in{packed_.data() + at_, left_, 0};
        ZSTD_outBuffer out{into, room, 0};
        const std::size_t code = ZSTD_decompressStream(zstd_.get(), &out, &in);
        at_ += in.pos;
        left_ -= in.pos;
        if (ZSTD_isError(code) != 0) {
            damage_ = "the compressed data are damaged";
        } else if (in.size == 0 && out.pos == 0) {
            if (in_frame_) damage_ = "the compressed data end early";
            ended_ = true;
        } else {
            in_frame_ = code != 0;
        }
        return out.pos;
    }
    std::unique_ptr<ZSTD_DStream, zstd_closer> zstd_;
    bool in_frame_ = true;
#else
    static bool begin_zstd() { return false; }
    static std::size_t unpack_zstd(char*, std::size_t) { return 0; }
#endif

    std::size_t unpack(char* into, std::size_t room) {
        return packing_ == packing::xz ? unpack_xz(into, room) : unpack_zstd(into, room);
    }

    std::unique_ptr<gzFile_s, closer> file_;
    packing packing_ = packing::none;
    std::vector<char> packed_;  ///< a piece of the file
    std::size_t at_ = 0;        ///< in packed_
    std::size_t left_ = 0;      ///< in packed_, from at_ on
    std::uint64_t size_ = 0;
    bool ended_ = false;
    std::string error_;
    std::string damage_;
};

}  // namespace maxwell::sim
