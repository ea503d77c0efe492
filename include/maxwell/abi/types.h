/* SPDX-License-Identifier: MIT
 *
 * The fixed-width integers, offsetof and static_assert, wherever abi/ is included.
 *
 * A BPF program can't take them from the C library, whose headers don't know its target. It gets the types that the kernel's own
 * vmlinux.h has, so either header may come first.
 */

#ifndef MAXWELL_ABI_TYPES_H
#define MAXWELL_ABI_TYPES_H

#if defined(__cplusplus)
#include <cstddef> /* offsetof */
#include <cstdint> /* uint8_t, uint16_t, uint32_t, uint64_t */
#elif defined(__bpf__)
#ifndef UINT64_MAX /* unless the program has found a <stdint.h> of its own */
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;
typedef signed long long int64_t;
#endif
#undef offsetof /* libbpf's is no constant expression */
#define offsetof(type, member) __builtin_offsetof(type, member)
#ifndef static_assert
#define static_assert _Static_assert
#endif
#else
#include <assert.h> /* static_assert */
#include <stddef.h> /* offsetof */
#include <stdint.h> /* uint8_t, uint16_t, uint32_t, uint64_t */
#endif

#endif /* MAXWELL_ABI_TYPES_H */
