// SPDX-License-Identifier: MIT
//
// shared_region: memory that several processes or virtual machines map, with one object of a known layout in it.
//
//     host                                          agent
//     create<T>("/name") ── shm_open ─────────────▶ open<T>("/name")        processes that trust each other
//     create_anonymous<T>("label") ── a memfd ────▶ open<T>(descriptor)     everybody else; also as a VM's memory
//
// A header says what it is (abi/region.h); what doesn't match is refused, with a sentence that says what differs. The
// object is the zeroed one, in place: Maxwell's shared types need no constructor.
//
// What an agent can do to the memory itself. Whoever may write a *named* region can also shorten it, and a host that then
// touches it is killed by SIGBUS: names are for those who trust each other. An *anonymous* region is sealed when it is made:
// nobody can shorten it, lengthen it or unseal it, the host included. With `sharing::read_only` nobody but its maker can map
// it writable either: that is for outcome boards and other things that only the host writes. A host that maps what a guest
// has made must insist on sealed().
//
// Errors are values: each way to get a region returns none and says why. One thread at a time per object; what is in the
// region has its own rules.

#pragma once

#include <maxwell/abi/region.h>
#include <maxwell/host/region_layout.hpp>

#include <fcntl.h>     // O_*, F_*
#include <sys/mman.h>  // mmap, memfd_create, shm_open
#include <sys/stat.h>  // fstat
#include <unistd.h>    // close, ftruncate

#include <bit>  // bit_ceil
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>  // launder
#include <optional>
#include <string>
#include <utility>  // exchange

namespace maxwell {

/// What one may do with a region that one opens.
enum class access : std::uint8_t { read_only, read_write };

/// What others may do with a region that one makes.
enum class sharing : std::uint8_t {
    read_write,
    read_only,  ///< nobody can map it writable any more. Needs Linux 5.1
};

class shared_region {
public:
    shared_region(shared_region&& other) noexcept { swap(other); }
    shared_region& operator=(shared_region&& other) noexcept {
        shared_region(std::move(other)).swap(*this);
        return *this;
    }
    ~shared_region() {
        if (base_ != nullptr) ::munmap(base_, length_);
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    // --- making and opening: nothing, and `why`, where that fails ---------------------------------------------------------

    /// Makes a region for one T, which is zeroed, under a name that begins with '/' and that nobody else uses yet. The name
    /// stays until remove(), also when this process dies: a new host opens the region that the old one has left.
    template <class T>
    static std::optional<shared_region> create(std::string const& name, region_error& why) {
        shared_region made;
        made.descriptor_ = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (made.descriptor_ < 0) return failed(name, "can't be made", why);
        if (made.make(checked<T>(), sharing::read_write, false, name, why)) return made;
        ::shm_unlink(name.c_str());
        return std::nullopt;
    }

    /// Makes a region for one T that has no name and can't be shortened. Others get its descriptor(): by inheriting it, over a
    /// Unix socket, from /proc, or from a virtual machine monitor. `label` is what /proc shows.
    template <class T>
    static std::optional<shared_region> create_anonymous(std::string const& label, sharing with, region_error& why) {
        shared_region made;
        made.descriptor_ = ::memfd_create(label.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (made.descriptor_ < 0) return failed(label, "can't be made", why);
        if (!made.make(checked<T>(), with, true, label, why)) return std::nullopt;
        return made;
    }

    /// Opens the region of that name.
    template <class T>
    static std::optional<shared_region> open(std::string const& name, access how, region_error& why) {
        shared_region opened;
        opened.descriptor_ = ::shm_open(name.c_str(), (how == access::read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC, 0);
        if (opened.descriptor_ < 0) return failed(name, "can't be opened", why);
        if (!opened.take(checked<T>(), how, name, why)) return std::nullopt;
        return opened;
    }

    /// Opens the region behind a descriptor, a copy of which is kept. A file will do, too: /dev/shm, hugetlbfs, a PCI device's
    /// memory (ivshmem).
    template <class T>
    static std::optional<shared_region> open(int descriptor, access how, region_error& why) {
        const std::string name = "descriptor " + std::to_string(descriptor);
        shared_region opened;
        opened.descriptor_ = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
        if (opened.descriptor_ < 0) return failed(name, "can't be copied", why);
        if (!opened.take(checked<T>(), how, name, why)) return std::nullopt;
        return opened;
    }

    /// Takes a name away. Who has the region open keeps it. False where there was none.
    static bool remove(std::string const& name) noexcept { return ::shm_unlink(name.c_str()) == 0; }

    // --- what it is --------------------------------------------------------------------------------------------------------

    /// The object, or null where the region was not made or opened for a T. It lives as long as this shared_region; writing to
    /// it after access::read_only is a fault.
    template <class T>
    T* get() const noexcept {
        if (base_ == nullptr || layout_ != checked<T>()) return nullptr;
        return std::launder(reinterpret_cast<T*>(static_cast<unsigned char*>(base_) + MAXWELL_REGION_OFFSET));
    }

    /// For passing it on; stays this object's.
    int descriptor() const noexcept { return descriptor_; }

    /// Bytes that are mapped: header and object; whoever makes a region rounds them up to a power of two, since that is what
    /// QEMU's ivshmem wants. What nobody touches costs nothing.
    std::size_t length() const noexcept { return length_; }

    /// Can nobody shorten it? Until a host knows that, a guest can kill it.
    bool sealed() const noexcept {
        const int seals = ::fcntl(descriptor_, F_GET_SEALS);
        return seals >= 0 && (seals & F_SEAL_SHRINK) != 0;
    }

private:
    shared_region() = default;

    void swap(shared_region& other) noexcept {
        std::swap(base_, other.base_);
        std::swap(length_, other.length_);
        std::swap(descriptor_, other.descriptor_);
        std::swap(layout_, other.layout_);
    }

    template <class T>
    static constexpr region_layout const& checked() noexcept {
        static_assert(layout_of<T>.size == sizeof(T), "specialise maxwell::layout_of for this type");
        static_assert(alignof(T) <= MAXWELL_REGION_OFFSET);
        return layout_of<T>;
    }

    /// Says why the last system call failed.
    static std::nullopt_t failed(std::string const& name, char const* what, region_error& why) {
        why = {region_fault::system, name + " " + what + ": " + std::strerror(errno)};
        return std::nullopt;
    }

    bool map(access how, std::string const& name, region_error& why) {
        const int protection = how == access::read_only ? PROT_READ : PROT_READ | PROT_WRITE;
        void* at = ::mmap(nullptr, length_, protection, MAP_SHARED, descriptor_, 0);
        if (at == MAP_FAILED) {
            failed(name, "can't be mapped", why);
            return false;
        }
        base_ = at;
        return true;
    }

    /// Gives an empty file its length, its header and its seals.
    bool make(region_layout const& layout, sharing with, bool seal, std::string const& name, region_error& why) {
        layout_ = layout;
        length_ = std::bit_ceil(MAXWELL_REGION_OFFSET + static_cast<std::size_t>(layout.size));
        if (::ftruncate(descriptor_, static_cast<off_t>(length_)) != 0) {
            failed(name, "can't be given its length", why);
            return false;
        }
        if (!map(access::read_write, name, why)) return false;
        const maxwell_region_header h = detail::header_of(layout);
        constexpr std::size_t magic = sizeof(h.magic);
        std::memcpy(static_cast<char*>(base_) + magic, reinterpret_cast<char const*>(&h) + magic, sizeof(h) - magic);
        std::uint64_t word = 0;
        std::memcpy(&word, h.magic, sizeof(word));
        static_cast<atomic<std::uint64_t>*>(base_)->store(word, memory_order::release);
        if (!seal) return true;
        constexpr int future_write = 0x10;  // F_SEAL_FUTURE_WRITE, which older headers lack
        const int seals = F_SEAL_SHRINK | F_SEAL_GROW | (with == sharing::read_only ? future_write : 0);
        if (::fcntl(descriptor_, F_ADD_SEALS, seals) == 0 && ::fcntl(descriptor_, F_ADD_SEALS, F_SEAL_SEAL) == 0)
            return true;
        failed(name, "can't be sealed", why);
        return false;
    }

    /// Maps an existing file, if it holds what is wanted.
    bool take(region_layout const& wanted, access how, std::string const& name, region_error& why) {
        struct ::stat file {};
        if (::fstat(descriptor_, &file) != 0) {
            failed(name, "can't be looked at", why);
            return false;
        }
        if (file.st_size < static_cast<off_t>(sizeof(maxwell_region_header))) {
            why = {region_fault::too_short, name + " is too short for the header of a region, or is just being made"};
            return false;
        }
        // Mapped, since the memory of a PCI device can't be read otherwise; and copied, so that what has been checked can't
        // change any more.
        length_ = sizeof(maxwell_region_header);
        if (!map(access::read_only, name, why)) return false;
        maxwell_region_header h{};
        std::memcpy(&h, base_, sizeof(h));
        ::munmap(std::exchange(base_, nullptr), length_);
        const auto error = detail::refuse(h, static_cast<std::uint64_t>(file.st_size), wanted, name);
        if (error) {
            why = *error;
            return false;
        }
        layout_ = wanted;
        length_ = MAXWELL_REGION_OFFSET + static_cast<std::size_t>(wanted.size);
        return map(how, name, why);
    }

    void* base_ = nullptr;
    std::size_t length_ = 0;
    int descriptor_ = -1;
    region_layout layout_;
};

}  // namespace maxwell
