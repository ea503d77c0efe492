// SPDX-License-Identifier: MIT
//
// shared_region: memory that several processes or virtual machines map, with one object of a known layout in it.
//
//     host                                          agent
//     create<T>("/name") ── a file in /dev/shm ───▶ open<T>("/name")        processes of one user, which trust each other
//     create_anonymous<T>("label") ── a memfd ────▶ open<T>(descriptor)     all other processes; also as a VM's memory
//     open_sealed<T>(descriptor) ◀── a memfd ────── made by the agent       where the agent provides the memory
//
// A header says what it is (abi/region.h); what doesn't match is refused, with a sentence that says what differs. The
// object is the zeroed one, in place: Maxwell's shared types need no constructor.
//
// What an agent can do to the memory itself:
//   1. Shorten it: a process that accesses the missing part is killed by SIGBUS. An anonymous region is sealed when it is made,
//      so no process can shorten, lengthen or unseal it, the host included. A named region has no seals: names are for
//      processes of one user. `open` checks the owner and the mode of the file behind a name; `open_sealed` checks the seals
//      first of all.
//   2. Punch holes in it (fallocate, MADV_REMOVE): every process that may write a region can set whole pages of it to zero,
//      and the next access of every other process to such a page is a page fault. Seals that forbid that also forbid agents to
//      map the region writable. So let only agents that trust each other share a region, and give each other agent a region of
//      its own: then a hole destroys only the bids of the process that punched it, and costs the host one page fault.
//      Virtual machines have no descriptor and can't punch.
//   3. With `sharing::read_only` only the maker can map the region writable or punch it: for outcome boards, price pages and
//      other memory that only the host writes. A child that the maker forks doesn't inherit that mapping.
//
// Memory is allocated when a region is made, so no later access can fail for want of memory. If /dev/shm has no room, the region is
// refused with a sentence, and leaves no name behind. A name appears when its region is complete, so a maker that crashes
// leaves either nothing or a region that can be opened.
//
// Errors are values: each way to get a region returns none and says why. One thread at a time per object; what is in the
// region has its own rules.

#pragma once

#include <maxwell/abi/region.h>
#include <maxwell/core/atomic.hpp>
#include <maxwell/host/detail/region_file.hpp>
#include <maxwell/host/region_layout.hpp>

#include <sys/mman.h>  // mmap, madvise

#include <bit>  // bit_ceil
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>  // launder
#include <optional>
#include <string>
#include <type_traits>  // is_const, remove_const
#include <utility>      // exchange

namespace maxwell {

/// What this process may do with a region that it opens.
enum class access : std::uint8_t { read_only, read_write };

/// What other processes may do with a region that this process makes.
enum class sharing : std::uint8_t {
    read_write,
    read_only,  ///< no other process can map it writable. Needs Linux 5.1
};

class shared_region {
public:
    shared_region(shared_region&& other) noexcept { swap(other); }
    shared_region& operator=(shared_region&& other) noexcept {
        shared_region(std::move(other)).swap(*this);
        return *this;
    }
    ~shared_region() { unmap(); }

    // --- making and opening: nothing, and `why`, where that fails ---------------------------------------------------------

    /// Makes a region for one T, which is zeroed, under a name: '/' and up to 255 bytes without another '/'. Only processes
    /// of this user can open it. `system`, File exists: the name is in use; open it then, or remove() it. The name stays until
    /// remove(), also if this process crashes: a new host opens the region that the old one has left.
    template <class T>
    static std::optional<shared_region> create(std::string const& name, region_error& why) {
        shared_region made;
        made.file_ = detail::unnamed_file();
        if (!made.file_) return failed(name, "can't be made", why);
        if (!made.make(layout<T>(), sharing::read_write, name, why)) return std::nullopt;
        if (!detail::give_name(made.file_, name)) return failed(name, "can't be made", why);
        return made;
    }

    /// Makes a region for one T that has no name and can't be shortened. Others get its descriptor(): by inheriting it, over a
    /// Unix socket, from /proc, or from a virtual machine monitor. `label` is what /proc shows.
    template <class T>
    static std::optional<shared_region> create_anonymous(std::string const& label, sharing with, region_error& why) {
        shared_region made;
        made.file_ = detail::descriptor(::memfd_create(label.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
        if (!made.file_) return failed(label, "can't be made", why);
        if (!made.make(layout<T>(), with, label, why)) return std::nullopt;
        if (!detail::seal(made.file_, with == sharing::read_only)) return failed(label, "can't be sealed", why);
        return made;
    }

    /// Makes a region for one T in an empty file that the caller has opened for reading and writing, and of which a copy of
    /// the descriptor is kept: on hugetlbfs, say, or a memfd with seals of the caller's choice. `in_use`: the file is not empty.
    template <class T>
    static std::optional<shared_region> create_in(int descriptor, region_error& why) {
        const std::string name = "descriptor " + std::to_string(descriptor);
        shared_region made;
        if (!made.copy(descriptor, name, why)) return std::nullopt;
        struct ::stat file {};
        if (::fstat(made.file_.get(), &file) != 0) return failed(name, "can't be looked at", why);
        if (file.st_size != 0) {
            why = {region_fault::in_use, name + " is not empty"};
            return std::nullopt;
        }
        if (!made.make(layout<T>(), sharing::read_write, name, why)) return std::nullopt;
        return made;
    }

    /// Opens the region of that name. `not_mine`: the file belongs to another user, or others may write it; `not_a_file`: it
    /// is a FIFO, a device or the like.
    template <class T>
    static std::optional<shared_region> open(std::string const& name, access how, region_error& why) {
        shared_region opened;
        opened.file_ = detail::open_named(name, how == access::read_only ? O_RDONLY : O_RDWR);
        if (!opened.file_) return failed(name, "can't be opened", why);
        switch (detail::ownership_of(opened.file_)) {
            case detail::ownership::mine:
                break;
            case detail::ownership::another_users:
                why = {region_fault::not_mine, name + " belongs to another user, or others may write it"};
                return std::nullopt;
            case detail::ownership::not_a_file:
                why = {region_fault::not_a_file, name + " is not a regular file"};
                return std::nullopt;
        }
        if (!opened.take(layout<T>(), how, name, why)) return std::nullopt;
        return opened;
    }

    /// Opens the region behind a descriptor, a copy of which is kept. The process that made it must be trusted not to shorten
    /// it: a memfd of the host's, a file on hugetlbfs, a PCI device's memory (ivshmem).
    template <class T>
    static std::optional<shared_region> open(int descriptor, access how, region_error& why) {
        const std::string name = "descriptor " + std::to_string(descriptor);
        shared_region opened;
        if (!opened.copy(descriptor, name, why) || !opened.take(layout<T>(), how, name, why)) return std::nullopt;
        return opened;
    }

    /// The same for memory made by a process that is not trusted. `not_sealed`: it could be shortened, so nothing of it was
    /// mapped. `huge_pages`: it is made of huge pages, whose pool a hole or another process could exhaust before the next access.
    template <class T>
    static std::optional<shared_region> open_sealed(int descriptor, access how, region_error& why) {
        const std::string name = "descriptor " + std::to_string(descriptor);
        shared_region opened;
        if (!opened.copy(descriptor, name, why)) return std::nullopt;
        if (!detail::sealed_against_shortening(opened.file_)) {
            why = {region_fault::not_sealed, name + " is not sealed, so its maker could shorten it"};
            return std::nullopt;
        }
        if (detail::on_huge_pages(opened.file_)) {
            why = {region_fault::huge_pages, name + " is made of huge pages, whose pool can run out"};
            return std::nullopt;
        }
        if (!opened.take(layout<T>(), how, name, why)) return std::nullopt;
        return opened;
    }

    /// Removes a name; processes that have the region open keep it. Returns false if there was none, or `name` is malformed.
    static bool remove(std::string const& name) noexcept {
        const std::string path = detail::path_of(name);
        return !path.empty() && ::unlink(path.c_str()) == 0;
    }

    // --- what it is --------------------------------------------------------------------------------------------------------

    /// The object, which lives as long as this shared_region. Null if the region was not made or opened for a T, and for a T
    /// that is not const in a region that was opened with access::read_only: ask for `get<T const>()` there.
    template <class T>
    T* get() const noexcept {
        if (base_ == nullptr || layout_ != layout<std::remove_const_t<T>>()) return nullptr;
        if (!writable_ && !std::is_const_v<T>) return nullptr;
        return std::launder(reinterpret_cast<T*>(static_cast<unsigned char*>(base_) + layout_.offset));
    }

    /// The descriptor, to be passed to other processes; this object still owns it.
    int descriptor() const noexcept { return file_.get(); }

    /// Bytes of header and object. A maker rounds them up to a power of two, since QEMU's ivshmem wants that; the rest takes no
    /// memory.
    std::size_t length() const noexcept { return length_; }

    /// Is it sealed against shortening?
    bool sealed() const noexcept { return detail::sealed_against_shortening(file_); }

private:
    shared_region() = default;

    void swap(shared_region& other) noexcept {
        std::swap(base_, other.base_);
        std::swap(length_, other.length_);
        std::swap(mapped_, other.mapped_);
        std::swap(file_, other.file_);
        std::swap(layout_, other.layout_);
        std::swap(writable_, other.writable_);
    }

    template <class T>
    static constexpr region_layout layout() noexcept {
        static_assert(layout_of<T>.size == sizeof(T), "specialise maxwell::layout_of for this type");
        region_layout of = layout_of<T>;
        of.offset = alignof(T) > MAXWELL_REGION_OFFSET ? alignof(T) : MAXWELL_REGION_OFFSET;
        return of;
    }

    /// Says why the last system call failed.
    static std::nullopt_t failed(std::string const& name, char const* what, region_error& why) {
        why = {region_fault::system, name + " " + what + ": " + std::strerror(errno)};
        return std::nullopt;
    }

    bool copy(int descriptor, std::string const& name, region_error& why) {
        file_ = detail::descriptor(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
        if (!file_) failed(name, "can't be copied", why);
        return static_cast<bool>(file_);
    }

    bool map(access how, std::size_t length, std::size_t alignment, std::string const& name, region_error& why) {
        const int protection = how == access::read_only ? PROT_READ : PROT_READ | PROT_WRITE;
        const std::size_t granule = detail::granule_of(file_);
        mapped_ = (length + granule - 1) / granule * granule;  // munmap wants whole huge pages
        void* const at = detail::map_shared(file_, mapped_, protection, alignment);
        if (at == MAP_FAILED) {
            failed(name, "can't be mapped", why);
            return false;
        }
        base_ = at;
        length_ = length;
        writable_ = how == access::read_write;
        return true;
    }

    void unmap() noexcept {
        if (base_ != nullptr) ::munmap(std::exchange(base_, nullptr), mapped_);
    }

    atomic<std::uint64_t>& magic() noexcept { return *static_cast<atomic<std::uint64_t>*>(base_); }

    /// Gives an empty file its length, its memory and its header, the magic last.
    bool make(region_layout const& of, sharing with, std::string const& name, region_error& why) {
        const auto end = static_cast<std::size_t>(of.offset + of.size);
        const std::size_t granule = detail::granule_of(file_);
        const std::size_t length = std::bit_ceil(end < granule ? granule : end);
        if (!detail::allocate(file_, length, end)) {
            failed(name, "can't be given its memory", why);
            return false;
        }
        if (!map(access::read_write, length, of.offset, name, why)) return false;
        if (with == sharing::read_only && ::madvise(base_, mapped_, MADV_DONTFORK) != 0) {
            failed(name, "can't be kept from children", why);
            return false;
        }
        layout_ = of;
        const maxwell_region_header h = detail::header_of(of);
        constexpr std::size_t first = sizeof(h.magic);
        std::memcpy(static_cast<char*>(base_) + first, reinterpret_cast<char const*>(&h) + first, sizeof(h) - first);
        std::uint64_t word = 0;
        std::memcpy(&word, h.magic, sizeof(word));
        magic().store(word, memory_order::release);
        return true;
    }

    /// Maps an existing file, if it holds what is wanted.
    bool take(region_layout const& wanted, access how, std::string const& name, region_error& why) {
        struct ::stat file {};
        if (::fstat(file_.get(), &file) != 0) {
            failed(name, "can't be looked at", why);
            return false;
        }
        if (file.st_size < static_cast<off_t>(sizeof(maxwell_region_header))) {
            why = {region_fault::too_short, name + " is too short for the header of a region, or is just being made"};
            return false;
        }
        // Mapped, since the memory of a PCI device can't be read otherwise; and copied, so that what has been checked can't
        // change any more. The magic is loaded first: what its maker has written before it is there then.
        if (!map(access::read_only, sizeof(maxwell_region_header), 1, name, why)) return false;
        const std::uint64_t first = magic().load(memory_order::acquire);
        maxwell_region_header h{};
        std::memcpy(&h, base_, sizeof(h));
        std::memcpy(h.magic, &first, sizeof(first));
        unmap();
        const auto error = detail::refuse(h, static_cast<std::uint64_t>(file.st_size), wanted, name);
        if (error) {
            why = *error;
            return false;
        }
        layout_ = wanted;
        return map(how, static_cast<std::size_t>(wanted.offset + wanted.size), wanted.offset, name, why);
    }

    void* base_ = nullptr;
    std::size_t length_ = 0;
    std::size_t mapped_ = 0;
    detail::descriptor file_;
    region_layout layout_;
    bool writable_ = false;
};

}  // namespace maxwell
