#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ./run kernel --selftests, inside the tree of the kernel's own tools: builds the kernel's tests of sched_ext as they are (their runner), and
# three of them once more with scx_maxwell's object where they have one of their own (/source/ours/runner). The argument is the kernel
# whose types the programs are compiled for.

set -eu
tools=/source/tools
theirs=$tools/testing/selftests/sched_ext
built=$theirs/build
ours=/source/ours
maxwell=/source/maxwell

# One job: with more, make walks the whole graph again after each, for half an hour.
make -j 1 -C "$theirs" ARCH=x86_64 VMLINUX_BTF="$1" BPFTOOL=/usr/sbin/bpftool CLANG=clang LLVM_STRIP=llvm-strip

# What their tests ask of any scheduler's object: an exit record, and the constants that the skeleton fills in.
cat >"$ours/asked_for.bpf.c" <<'END'
#include <scx/common.bpf.h>
UEI_DEFINE(uei);
END
system='-idirafter /usr/lib/llvm-19/lib/clang/19/include -idirafter /usr/include/x86_64-linux-gnu -idirafter /usr/include'
bpf="clang -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -fms-extensions -Wno-microsoft-anon-tag -I$built/include"
$bpf -I$tools/include/uapi -I$tools/sched_ext/include $system -c "$ours/asked_for.bpf.c" -o "$ours/asked_for.bpf.o"
for name in maximal minimal rt_stall; do # of the skeletons that reload_loop, total_bw and rt_stall attach
    $bpf -Dmaxwell_ops=${name}_ops -I$maxwell/include $system -c $maxwell/examples/sched_ext/scx_maxwell.bpf.c -o "$ours/$name.bpf.o"
    bpftool gen object "$ours/$name.linked.o" "$ours/$name.bpf.o" "$ours/asked_for.bpf.o"
    bpftool gen skeleton "$ours/$name.linked.o" name $name >"$ours/$name.bpf.skel.h"
done
for name in reload_loop rt_stall total_bw; do
    gcc -D_GNU_SOURCE= -g -O2 -pthread "-I$ours" "-I$built/include" -I$tools/lib -I$tools/include -I$tools/include/uapi -I$tools/sched_ext/include \
        -I$tools/testing/selftests -I$maxwell/include -DMAXWELL_CAPACITY=4096 -include maxwell/bpf/bid_board.h \
        -c "$theirs/$name.c" -o "$ours/$name.test.o"
done
gcc -rdynamic -pthread -o "$ours/runner" "$ours"/*.test.o "$built/obj/sched_ext/runner.o" "$built/obj/sched_ext/util.o" \
    "$built/obj/libbpf/libbpf.a" -lelf -lz -lzstd
