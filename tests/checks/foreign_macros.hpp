// SPDX-License-Identifier: MIT
//
// Names that other people's headers define as macros, as they are met by an includer of Maxwell: of Linux (linux/minmax.h,
// asm/current.h, linux/compiler_attributes.h, linux/kernel.h, linux/bits.h ...), of Windows (windef.h, rpcndr.h, winuser.h) and
// of old C libraries. Each expands to something that compiles nowhere. Guarded by checks.foreign_macros.

#pragma once

// What the standard's headers need to see as they are.
#include <bit>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

// Linux
#define max(a, b) @
#define min(a, b) @
#define clamp(v, lo, hi) @
#define swap(a, b) @
#define abs(x) @
#define current @
#define noinline @
#define notrace @
#define asmlinkage @
#define likely(x) @
#define unlikely(x) @
#define fallthrough @
#define barrier() @
#define mb() @
#define rmb() @
#define wmb() @
#define cpu_relax() @
#define container_of(p, t, m) @
#define offset_in_page(p) @
#define round_up(x, y) @
#define round_down(x, y) @
#define roundup(x, y) @
#define rounddown(x, y) @
#define do_div(n, base) @
#define lower_32_bits(n) @
#define upper_32_bits(n) @
#define typecheck(t, x) @
#define array_size(a, b) @
#define struct_size(p, m, n) @
#define for_each_cpu(c, m) @
#define raw_cpu_read(p) @
#define this_cpu_read(p) @
#define get_cpu() @
#define put_cpu() @
#define in_interrupt() @
#define might_sleep() @
#define module_init(f) @
#define pr_info(...) @
#define READ_ONCE(x) @
#define WRITE_ONCE(x, v) @
#define BIT(n) @
#define GENMASK(h, l) @
#define ARRAY_SIZE(a) @
#define BUG_ON(c) @
#define WARN_ON(c) @
#define HZ @
#define PAGE_SIZE @
#define NR_CPUS @

// Windows
#define small @
#define hyper @
#define near @
#define far @
#define interface @
#define Yield() @
#define IN @
#define OUT @
#define OPTIONAL @
#define CONST @
#define VOID @
#define DELETE @
#define ERROR @
#define THIS @
#define STRICT @
#define TRUE @
#define FALSE @
#define pascal @
#define cdecl @
#define rad1 @
#define grp1 @

// glib, old Apple and System V headers
#define check(x) @
#define verify(x) @
#define require(x) @
#define MAX(a, b) @
#define MIN(a, b) @
#define CLAMP(v, lo, hi) @
#define minor(d) @
#define major(d) @
#define makedev(a, b) @
#define unix @
#define linux @
#define mips @
#define sun @
#define assert(c) @
