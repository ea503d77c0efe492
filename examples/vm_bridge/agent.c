/* SPDX-License-Identifier: MIT
 *
 * An agent of the VM bridge, from abi/ alone. It is the first process of a guest, where it finds its memory on the PCI bus (ivshmem) or as
 * /dev/dax* (virtio-pmem), or a process beside the host, which has inherited descriptors. What it shall do stands in its environment; the
 * kernel puts there what its command line says.
 *
 *     mode=honest|hostile|captured  slot=SLOT  trips=COUNT      agent of that slot, of generation 1; pmem: SLOT + 1
 *     seconds=S                                                 hostile: how long it writes rubbish, before it bids until it is killed
 *     regions=FD,FD,FD  queue=FD                                a process: its descriptors
 *
 * Every line of a result begins with AGENT. Times are in ticks of the processor's counter, which an emulated guest reads, too.
 */

#define _GNU_SOURCE
#include "../c_scheduler/agent.h"

#include <maxwell/abi/price_page.h>
#include <maxwell/abi/region.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { most_regions = 8, generation = 1, most_trips = 100000 };

/* One thing that host and agent share, as the agent has mapped it. */
struct region {
    int file;
    uint64_t* at;
    size_t length; /* bytes that are mapped */
    struct maxwell_region_header header;
};

/* A way across the border: the regions that came by it. */
struct way {
    char const* name;
    int count;
    struct region region[most_regions];
};

static uint64_t ticks(void) { return __builtin_ia32_rdtsc(); }

static long number(char const* name, long otherwise) {
    char const* text = getenv(name);
    return text != NULL ? atol(text) : otherwise;
}

/* --- finding memory --------------------------------------------------------------------------------------------------------- */

static void add(struct way* way, int file, size_t length, int protection) {
    struct region r = {file, NULL, length, {{0}, 0, 0, 0, 0, 0, 0, 0, {0}}};
    if (way->count == most_regions) return;
    void* at = mmap(NULL, length, protection, MAP_SHARED, file, 0);
    if (at == MAP_FAILED) { /* what may only be read */
        at = mmap(NULL, length, PROT_READ, MAP_SHARED, file, 0);
        if (at == MAP_FAILED) return;
    }
    r.at = at;
    memcpy(&r.header, at, sizeof r.header);
    if (memcmp(r.header.magic, MAXWELL_REGION_MAGIC, sizeof r.header.magic) == 0) way->region[way->count++] = r;
}

/* The object of this kind, where its header says what this agent was compiled for; else null. */
static void* find(struct way const* way, uint32_t kind, uint32_t layout) {
    for (int i = 0; i < way->count; ++i) {
        struct maxwell_region_header const* h = &way->region[i].header;
        if (h->kind == kind && h->layout == layout && h->version == MAXWELL_REGION_VERSION &&
            h->byte_order == MAXWELL_REGION_BYTE_ORDER && h->offset + h->size <= way->region[i].length) {
            return (char*)way->region[i].at + h->offset;
        }
    }
    return NULL;
}

static int read_text(char const* path, char* text, size_t size) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = file < 0 ? -1 : read(file, text, size - 1);
    if (file >= 0) close(file);
    text[n > 0 ? n : 0] = 0;
    return n > 0;
}

/* BAR 2 of each ivshmem device. */
static void find_ivshmem(struct way* way) {
    DIR* devices = opendir("/sys/bus/pci/devices");
    if (devices == NULL) return;
    for (struct dirent* e; (e = readdir(devices)) != NULL;) {
        char path[300], text[32];
        struct stat s;
        snprintf(path, sizeof path, "/sys/bus/pci/devices/%.200s/vendor", e->d_name);
        if (!read_text(path, text, sizeof text) || strcmp(text, "0x1af4\n") != 0) continue;
        snprintf(path, sizeof path, "/sys/bus/pci/devices/%.200s/device", e->d_name);
        if (!read_text(path, text, sizeof text) || strcmp(text, "0x1110\n") != 0) continue;
        snprintf(path, sizeof path, "/sys/bus/pci/devices/%.200s/enable", e->d_name);
        const int enable = open(path, O_WRONLY | O_CLOEXEC);
        if (enable < 0 || write(enable, "1", 1) != 1) continue;
        close(enable);
        snprintf(path, sizeof path, "/sys/bus/pci/devices/%.200s/resource2", e->d_name);
        const int file = open(path, O_RDWR | O_CLOEXEC);
        if (file >= 0 && fstat(file, &s) == 0) add(way, file, (size_t)s.st_size, PROT_READ | PROT_WRITE);
    }
    closedir(devices);
}

/* Each character device of virtio-pmem's memory; half of its 4 MiB are the kernel's description of the device. */
static void find_pmem(struct way* way) {
    for (int i = 0; i < most_regions; ++i) {
        char path[32];
        snprintf(path, sizeof path, "/dev/dax%d.0", i);
        const int file = open(path, O_RDWR | O_CLOEXEC);
        if (file >= 0) add(way, file, 2u << 20, PROT_READ | PROT_WRITE);
    }
}

static void find_inherited(struct way* way) {
    for (char const* text = getenv("regions"); text != NULL && *text != 0;) {
        char* end = NULL;
        const int file = (int)strtol(text, &end, 10);
        struct stat s;
        if (fstat(file, &s) == 0) add(way, file, (size_t)s.st_size, PROT_READ | PROT_WRITE);
        text = *end == ',' ? end + 1 : NULL;
    }
}

/* --- an honest agent -------------------------------------------------------------------------------------------------------- */

static int by_size(void const* a, void const* b) {
    const uint64_t x = *(uint64_t const*)a, y = *(uint64_t const*)b;
    return (x > y) - (x < y);
}

static uint64_t took[most_trips];

static void report(char const* name, long trips, long answered, char const* more) {
    if (answered > 0) qsort(took, (size_t)answered, sizeof took[0], by_size);
    const uint64_t p50 = answered > 0 ? took[answered / 2] : 0, p99 = answered > 0 ? took[answered * 99 / 100] : 0;
    printf("AGENT %s trips %ld answered %ld p50 %llu p99 %llu %s\n", name, trips, answered, (unsigned long long)p50,
           (unsigned long long)p99, more);
    fflush(stdout);
}

/* The version that the page shows, read whole as abi/price_page.h says; 0: none. */
static uint64_t read_prices(struct maxwell_price_page const* page, uint32_t lanes, uint32_t* multiplier) {
    for (int i = 0; page != NULL && i < 4; ++i) {
        const uint64_t version = __atomic_load_n(&page->latest, __ATOMIC_ACQUIRE);
        if (version == 0 || page->layout != MAXWELL_PRICE_LAYOUT || page->lanes != lanes) return 0;
        char const* bank = (char const*)page + maxwell_price_bank_offset(version, lanes);
        struct maxwell_price_lane const* lane = (void const*)(bank + sizeof(struct maxwell_price_bank));
        *multiplier = __atomic_load_n(&lane->multiplier_q16[0], __ATOMIC_ACQUIRE);
        if (__atomic_load_n(&((struct maxwell_price_bank const*)bank)->version, __ATOMIC_RELAXED) == version)
            return version;
    }
    return 0;
}

/* Bids, waits for the answer, and checks it, `trips` times. The host answers at its own pace: after some looks the agent sleeps. */
static void bid_and_wait(struct way const* way, uint32_t slot, long trips, char const* as) {
    char name[64], more[100] = "";
    void* cells = find(way, MAXWELL_REGION_BID_CELLS, MAXWELL_BID_BOARD_VERSION);
    void const* outcomes = find(way, MAXWELL_REGION_OUTCOME_BOARD, MAXWELL_OUTCOME_BOARD_VERSION);
    struct maxwell_price_page const* prices = find(way, MAXWELL_REGION_PRICE_PAGE, MAXWELL_PRICE_LAYOUT);
    uint32_t agents = 0, lanes = 0, multiplier = 0;
    struct maxwell_outcome_copy before, now;
    long answered = 0;
    snprintf(name, sizeof name, "%s%s", way->name, as);
    for (int i = 0; i < way->count; ++i) {
        if (way->region[i].header.kind == MAXWELL_REGION_BID_CELLS) agents = (uint32_t)way->region[i].header.count;
        if (way->region[i].header.kind == MAXWELL_REGION_PRICE_PAGE) lanes = (uint32_t)way->region[i].header.count;
    }
    if (cells == NULL || outcomes == NULL || slot >= agents) {
        printf("AGENT %s none\n", name);
        return;
    }
    const uint64_t first_version = read_prices(prices, lanes, &multiplier);
    while (!agent_read(outcomes, slot, &before)) {
    }
    for (; answered < trips; ++answered) {
        const uint32_t amount = 1000 + (uint32_t)answered % 1000, units = 1 + (uint32_t)answered % 7;
        const uint64_t start = ticks();
        if (!agent_submit(cells, agents, slot, generation, amount, units)) break;
        now = before;
        for (int looks = 0; now.awards == before.awards; ++looks) {
            if (agent_read(outcomes, slot, &now) && now.awards != before.awards) break;
            if (looks > 2000) usleep(500);
            if (looks > 2000 + 240000) break; /* two minutes */
        }
        took[answered] = ticks() - start;
        if (now.awards != before.awards + 1 || now.units != before.units + units || (uint32_t)now.last > amount) break;
        before = now;
    }
    const uint64_t last_version = read_prices(prices, lanes, &multiplier);
    snprintf(more, sizeof more, "versions %llu multiplier %u", (unsigned long long)(last_version - first_version),
             multiplier);
    report(name, trips, answered, more);
}

/* The slow path: a message each way. */
static void ask_by_queue(char const* name, int queue, uint32_t slot, long trips) {
    long answered = 0;
    for (; queue >= 0 && answered < trips; ++answered) {
        const uint32_t bid[4] = {1000 + (uint32_t)answered, 1, slot, (uint32_t)answered};
        uint32_t answer[4] = {0, 0, 0, 0};
        size_t got = 0;
        const uint64_t start = ticks();
        if (write(queue, bid, sizeof bid) != sizeof bid) break;
        while (got < sizeof answer) {
            const ssize_t n = read(queue, (char*)answer + got, sizeof answer - got);
            if (n <= 0) break;
            got += (size_t)n;
        }
        took[answered] = ticks() - start;
        if (got != sizeof answer || answer[3] != bid[3] || answer[0] > bid[0]) break;
    }
    report(name, trips, answered, "");
}

/* --- a hostile one ---------------------------------------------------------------------------------------------------------- */

static uint64_t dice = 88172645463325252u;

static uint64_t draw(void) {
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return dice;
}

/* Does writing change what it may only read? */
static void write_read_only(struct way const* way) {
    int refused = 0, changed = 0;
    for (int i = 0; i < way->count; ++i) {
        struct region const* r = &way->region[i];
        if (r->header.kind == MAXWELL_REGION_BID_CELLS) continue;
        void* at = mmap(NULL, r->length, PROT_READ | PROT_WRITE, MAP_SHARED, r->file, 0);
        if (at == MAP_FAILED) {
            ++refused;
            continue;
        }
        volatile uint64_t* words = at;
        for (size_t w = 600; w < r->length / 8; w += 17) {
            const uint64_t before = words[w];
            words[w] = before ^ 0xDEADBEEF;
            changed += words[w] == (before ^ 0xDEADBEEF);
        }
        munmap(at, r->length);
        ++refused;
    }
    printf("AGENT readonly-%s regions %d changed %d\n", way->name, refused, changed);
}

/* Tries to change each file's length and to punch holes into it, and counts what worked. */
static void shorten_and_punch(struct way const* way) {
    int shortened = 0, punched_own = 0, punched_read_only = 0;
    for (int i = 0; i < way->count; ++i) {
        struct region const* r = &way->region[i];
        const int is_own = r->header.kind == MAXWELL_REGION_BID_CELLS;
        shortened += ftruncate(r->file, 0) == 0;
        shortened += ftruncate(r->file, (off_t)r->length * 2) == 0;
        int punched = fallocate(r->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096) == 0;
        punched += madvise((char*)r->at + 4096, 4096, MADV_REMOVE) == 0;
        *(is_own ? &punched_own : &punched_read_only) += punched;
    }
    printf("AGENT shorten-%s worked %d punch own %d punch readonly %d\n", way->name, shortened, punched_own,
           punched_read_only);
}

/* Writes anything anywhere. */
static uint64_t write_rubbish(struct way* const* ways, int count, double seconds) {
    uint64_t words = 0;
    struct timespec begin, t;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        for (int i = 0; i < 50000; ++i) {
            struct way const* way = ways[draw() % (unsigned)count];
            if (way->count == 0) continue;
            struct region const* r = &way->region[draw() % (unsigned)way->count];
            if (r->header.kind != MAXWELL_REGION_BID_CELLS && getpid() != 1) continue; /* would be SIGSEGV */
            ((volatile uint64_t*)r->at)[draw() % (r->length / 8)] = draw();
            ++words;
        }
        clock_gettime(CLOCK_MONOTONIC, &t);
    } while ((double)(t.tv_sec - begin.tv_sec) + (double)(t.tv_nsec - begin.tv_nsec) * 1e-9 < seconds);
    return words;
}

/* --- the first process of a guest ------------------------------------------------------------------------------------------- */

static int by_name(struct dirent const** a, struct dirent const** b) { return strcmp((*a)->d_name, (*b)->d_name); }

static void begin_guest(void) {
    struct dirent** names = NULL;
    for (char const* const* folder = (char const* const[]){"/dev", "/proc", "/sys", NULL}; *folder != NULL; ++folder)
        mkdir(*folder, 0755);
    mount("d", "/dev", "devtmpfs", 0, NULL);
    mount("p", "/proc", "proc", 0, NULL);
    mount("s", "/sys", "sysfs", 0, NULL);
    const int console = open("/dev/console", O_RDWR);
    for (int to = 0; to < 3; ++to) dup2(console, to);
    const int count = scandir("/modules", &names, NULL, by_name);
    for (int i = 0; i < count; ++i) {
        char path[300];
        snprintf(path, sizeof path, "/modules/%.200s", names[i]->d_name);
        const int file = names[i]->d_name[0] == '.' ? -1 : open(path, O_RDONLY | O_CLOEXEC);
        if (file < 0) continue;
        if (syscall(SYS_finit_module, file, "", 0) != 0) printf("module %s: %s\n", path, strerror(errno));
        close(file);
    }
    for (int i = 0; count > 0 && i < 100 && access("/dev/dax2.0", F_OK) != 0; ++i) usleep(10000);
}

static int open_queue(void) {
    for (int device = 0; device < 4; ++device) {
        char path[32];
        snprintf(path, sizeof path, "/dev/vport%dp1", device);
        const int file = open(path, O_RDWR | O_CLOEXEC);
        if (file >= 0) return file;
    }
    return -1;
}

int main(void) {
    const int in_guest = getpid() == 1;
    if (in_guest) begin_guest();
    static struct way ivshmem = {.name = "ivshmem"}, pmem = {.name = "pmem"}, native = {.name = "native"};
    struct way* ways[3];
    int count = 0;
    if (in_guest) {
        find_ivshmem(&ivshmem);
        find_pmem(&pmem);
        if (ivshmem.count != 0) ways[count++] = &ivshmem;
        if (pmem.count != 0) ways[count++] = &pmem;
    } else {
        find_inherited(&native);
        if (native.count != 0) ways[count++] = &native;
    }
    printf("AGENT regions ivshmem %d pmem %d native %d\n", ivshmem.count, pmem.count, native.count);
    fflush(stdout);

    char const* mode = getenv("mode") != NULL ? getenv("mode") : "honest";
    const uint32_t slot = (uint32_t)number("slot", 0);
    long trips = number("trips", 1000);
    if (trips < 1 || trips > most_trips) trips = 1000;
    if (strcmp(mode, "honest") == 0) {
        for (int i = 0; i < count; ++i) bid_and_wait(ways[i], slot + (uint32_t)i, trips, "");
        const int queue = in_guest ? open_queue() : (int)number("queue", -1);
        if (queue >= 0) ask_by_queue(in_guest ? "virtio-serial" : "socket", queue, slot, trips / 20 + 1);
        for (int beside = (int)number("beside", 0), i = 1; i <= beside && count > 0; ++i) {
            for (int w = 0; w < count; ++w)
                bid_and_wait(ways[w], slot + (uint32_t)w, trips, i == 1 ? "-beside" : "-after");
        }
    } else {
        for (int i = 0; i < count; ++i) {
            write_read_only(ways[i]);
            shorten_and_punch(ways[i]);
        }
        fflush(stdout);
        if (strcmp(mode, "hostile") == 0 && count > 0) {
            const uint64_t words = write_rubbish(ways, count, (double)number("seconds", 3));
            printf("AGENT rubbish %llu\n", (unsigned long long)words);
            fflush(stdout);
            void* cells = find(ways[0], MAXWELL_REGION_BID_CELLS, MAXWELL_BID_BOARD_VERSION);
            if (cells == NULL) return 1;
            ((volatile uint64_t*)cells)[slot] = (uint64_t)generation
                                                << MAXWELL_CELL_GENERATION_SHIFT; /* it was rubbish, too */
            for (uint32_t i = 0;; ++i)
                agent_submit(cells, (uint32_t)number("agents", 1024), slot, generation, i, 1 + i % 7);
        }
    }
    printf("AGENT ends\n");
    fflush(stdout);
    if (in_guest) {
        usleep(100000);
        reboot(RB_POWER_OFF);
        for (;;) pause();
    }
    return 0;
}
