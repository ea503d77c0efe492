// SPDX-License-Identifier: MIT
//
// The files behind shared regions: how one is made, named, opened by name, checked and sealed. For shared_region and
// writer_claim, which turn an errno into a sentence.
//
//     /dev/shm   (unnamed) ── filled by its maker ── give_name ──▶ /dev/shm/NAME      a name never shows half a region
//
// A maker that crashes before give_name leaves nothing, since the kernel frees a file without a name with its last
// descriptor. So a name says that the region behind it was finished, and there is no state to take over or to clean up.
//
// Which names are safe. /dev/shm is writable by all users, and its sticky bit only keeps others from removing a file. So
// any user can be first to use a name, with a file that they truncate later, or with a FIFO that blocks a process that opens
// it. open_named takes only a regular file that belongs to this process's user and that no other user may write.

#pragma once

#include <fcntl.h>        // open, fcntl, linkat
#include <linux/magic.h>  // HUGETLBFS_MAGIC
#include <sys/mman.h>     // mmap
#include <sys/stat.h>     // fstat, fchmod
#include <sys/vfs.h>      // fstatfs
#include <unistd.h>       // close, ftruncate

#include <cerrno>
#include <cstddef>
#include <cstdint>  // uintptr_t
#include <string>
#include <utility>  // exchange

namespace maxwell::detail {

/// Owns a descriptor; negative: none.
class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int value) noexcept : value_(value) {}
    descriptor(descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~descriptor() {
        if (value_ >= 0) ::close(value_);
    }
    int get() const noexcept { return value_; }
    explicit operator bool() const noexcept { return value_ >= 0; }

private:
    int value_ = -1;
};

/// Where the file of a name lies: "/NAME", as for shm_open. Empty, with errno EINVAL, for any other form.
inline std::string path_of(std::string const& name) {
    const bool well_formed = name.size() >= 2 && name.size() <= 256 && name[0] == '/' &&
                             name.find('/', 1) == std::string::npos && name.find('\0') == std::string::npos &&
                             name != "/." && name != "/..";
    if (well_formed) return "/dev/shm" + name;
    errno = EINVAL;
    return {};
}

/// A new file in /dev/shm without a name that only this user may open, whatever the umask.
inline descriptor unnamed_file() {
    descriptor made(::open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (made && ::fchmod(made.get(), 0600) != 0) return {};
    return made;
}

/// Gives the file its name, at once and whole. False, errno EEXIST, where somebody uses the name already.
inline bool give_name(descriptor const& file, std::string const& name) {
    const std::string path = path_of(name);
    const std::string from = "/proc/self/fd/" + std::to_string(file.get());
    return !path.empty() && ::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

/// Whose file is behind a name.
enum class ownership { mine, another_users, not_a_file };

/// Is this a regular file of this user's that no other user may write?
inline ownership ownership_of(descriptor const& file) {
    struct ::stat s {};
    if (::fstat(file.get(), &s) != 0 || !S_ISREG(s.st_mode)) return ownership::not_a_file;
    const bool mine = s.st_uid == ::geteuid() && (s.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    return mine ? ownership::mine : ownership::another_users;
}

/// Opens the file of a name; never blocks, follows no link. Ask ownership_of before using it.
inline descriptor open_named(std::string const& name, int flags) {
    const std::string path = path_of(name);
    if (path.empty()) return {};
    return descriptor(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
}

/// Gives an empty file `length` bytes and has the first `used` of them backed by memory, so that no first touch of them can
/// fail later, by SIGBUS. False, with errno ENOSPC, where there is not so much left.
inline bool allocate(descriptor const& file, std::size_t length, std::size_t used) {
    if (::ftruncate(file.get(), static_cast<off_t>(length)) != 0) return false;
    int failure = EINTR;
    while (failure == EINTR) failure = ::posix_fallocate(file.get(), 0, static_cast<off_t>(used));
    errno = failure;
    return failure == 0;
}

/// Bytes that are mapped and unmapped as one: a page, or a huge page for what lies on hugetlbfs.
inline std::size_t granule_of(descriptor const& file) {
    struct ::statfs s {};
    if (::fstatfs(file.get(), &s) == 0 && s.f_type == HUGETLBFS_MAGIC) return static_cast<std::size_t>(s.f_bsize);
    return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

inline bool on_huge_pages(descriptor const& file) {
    struct ::statfs s {};
    return ::fstatfs(file.get(), &s) == 0 && s.f_type == HUGETLBFS_MAGIC;
}

/// Maps `length` bytes, a multiple of the granule, at a multiple of `alignment`, a power of two. MAP_FAILED: see errno.
inline void* map_shared(descriptor const& file, std::size_t length, int protection, std::size_t alignment) {
    if (alignment <= granule_of(file)) return ::mmap(nullptr, length, protection, MAP_SHARED, file.get(), 0);
    void* const room = ::mmap(nullptr, length + alignment, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) return room;
    char* const begin = static_cast<char*>(room);
    const std::size_t before = (alignment - reinterpret_cast<std::uintptr_t>(room) % alignment) % alignment;
    void* const at = ::mmap(begin + before, length, protection, MAP_SHARED | MAP_FIXED, file.get(), 0);
    const int failure = errno;
    if (at == MAP_FAILED) {
        ::munmap(room, length + alignment);
    } else {
        if (before != 0) ::munmap(room, before);
        ::munmap(begin + before + length, alignment - before);
    }
    errno = failure;
    return at;
}

/// Is it sealed against shortening?
inline bool sealed_against_shortening(descriptor const& file) {
    const int seals = ::fcntl(file.get(), F_GET_SEALS);
    return seals >= 0 && (seals & F_SEAL_SHRINK) != 0;
}

/// Seals its length, and its set of seals, for all processes. With `only_maker_writes` no process can map it writable, or punch
/// holes into it, any more; existing mappings stay. Needs Linux 5.1.
inline bool seal(descriptor const& file, bool only_maker_writes) {
    constexpr int future_write = 0x10;  // F_SEAL_FUTURE_WRITE, which older headers lack
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | (only_maker_writes ? future_write : 0);
    return ::fcntl(file.get(), F_ADD_SEALS, seals) == 0 && ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SEAL) == 0;
}

}  // namespace maxwell::detail
