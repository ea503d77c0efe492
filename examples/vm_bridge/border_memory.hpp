// SPDX-License-Identifier: MIT
//
// Memory for one object that a virtual machine maps, too: a sealed memfd, which nobody can shorten.
//
//     ivshmem        shared_region as it is: header, object               the guest maps BAR 2 of a PCI device
//     virtio-pmem    2 MiB: what makes a guest's kernel show the rest     the guest maps /dev/daxN.0
//                    of the device as memory; then header and object
//
// A guest's kernel takes a virtio-pmem device for a disk unless it finds a description of the device at byte 4,096. The host writes that
// in advance, so a device that the guest may only read needs no preparation in the guest.

#pragma once

#include <maxwell/host/shared_region.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace maxwell::bridge {

/// How memory reaches the agent. `process`: by an inherited descriptor.
enum class way : std::uint8_t { process, ivshmem, pmem };

constexpr char const* name_of(way w) {
    return w == way::process ? "process" : w == way::ivshmem ? "ivshmem" : "virtio-pmem";
}

namespace detail {

constexpr std::size_t description_at = 4096;
constexpr std::size_t pmem_data = std::size_t{2} << 20;
constexpr std::size_t pmem_length = 2 * pmem_data;

/// The kernel's "dax info block", version 1.4; its fields are found in drivers/nvdimm/pfn.h.
struct dax_description {
    char signature[16] = "NVDIMM_DAX_INFO";
    std::uint8_t uuid[16] = {0x6d, 0x61, 0x78, 0x77, 0x65, 0x6c, 0x6c, 0x40, 0x80, 0x01};
    std::uint8_t parent_uuid[16] = {};
    std::uint32_t flags = 0;
    std::uint16_t version_major = 1;
    std::uint16_t version_minor = 4;
    std::uint64_t data_offset = pmem_data;
    std::uint64_t pages = (pmem_length - pmem_data) / 4096;
    std::uint32_t mode = 1;  // the guest keeps its notes about pages in its own memory
    std::uint32_t padding_at_start = 0;
    std::uint32_t truncated_at_end = 0;
    std::uint32_t alignment = pmem_data;
    std::uint32_t page_size = 4096;
    std::uint16_t bytes_per_page_note = 64;
    std::uint8_t unused[3994] = {};
    std::uint64_t checksum = 0;
};
static_assert(sizeof(dax_description) == 4096);

/// Fletcher's sum of 32-bit words.
inline std::uint64_t sum_of(dax_description const& d) {
    std::uint32_t words[sizeof(d) / 4];
    std::memcpy(words, &d, sizeof(d));
    std::uint32_t low = 0;
    std::uint64_t high = 0;
    for (const std::uint32_t word : words) {
        low += word;
        high += low;
    }
    return high << 32 | low;
}

}  // namespace detail

/// A zeroed T and the sealed file behind it. As long as this object lives, the host's mapping does.
template <class T>
class border_memory {
public:
    static std::optional<border_memory> create(std::string const& label, way by, sharing with, region_error& why) {
        border_memory made;
        if (by != way::pmem) {
            made.region_ = shared_region::create_anonymous<T>(label, with, why);
            if (!made.region_) return std::nullopt;
            made.object_ = made.region_->template get<T>();
            return made;
        }
        if (!made.make_pmem(with == sharing::read_only)) {
            why = {region_fault::system, label + " can't be made: " + std::strerror(errno)};
            return std::nullopt;
        }
        return made;
    }

    border_memory(border_memory&& other) noexcept
        : region_(std::move(other.region_)),
          file_(std::move(other.file_)),
          base_(std::exchange(other.base_, nullptr)),
          object_(std::exchange(other.object_, nullptr)) {}
    border_memory& operator=(border_memory&&) = delete;
    ~border_memory() {
        if (base_ != nullptr) ::munmap(base_, detail::pmem_length);
    }

    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_; }
    int descriptor() const noexcept { return region_ ? region_->descriptor() : file_.get(); }
    /// Of the file.
    std::size_t length() const noexcept { return region_ ? region_->length() : detail::pmem_length; }

    /// Does the file still have its length?
    bool is_as_long() const noexcept {
        struct ::stat file {};
        return ::fstat(descriptor(), &file) == 0 && static_cast<std::size_t>(file.st_size) == length();
    }

private:
    border_memory() = default;

    bool make_pmem(bool only_host_writes) {
        using namespace maxwell::detail;
        file_ = descriptor_of(::memfd_create("maxwell pmem", MFD_CLOEXEC | MFD_ALLOW_SEALING));
        if (!file_ || !allocate(file_, detail::pmem_length, detail::pmem_length)) return false;
        void* const at = map_shared(file_, detail::pmem_length, PROT_READ | PROT_WRITE, 4096);
        if (at == MAP_FAILED) return false;
        base_ = static_cast<unsigned char*>(at);
        if (!seal(file_, only_host_writes)) return false;
        detail::dax_description d;
        d.checksum = detail::sum_of(d);
        std::memcpy(base_ + detail::description_at, &d, sizeof(d));
        const maxwell_region_header h = header_of(layout_of<T>);
        std::memcpy(base_ + detail::pmem_data, &h, sizeof(h));
        object_ = std::launder(reinterpret_cast<T*>(base_ + detail::pmem_data + MAXWELL_REGION_OFFSET));
        return true;
    }
    static maxwell::detail::descriptor descriptor_of(int file) { return maxwell::detail::descriptor(file); }

    std::optional<shared_region> region_;
    maxwell::detail::descriptor file_;
    unsigned char* base_ = nullptr;
    T* object_ = nullptr;
};

}  // namespace maxwell::bridge
