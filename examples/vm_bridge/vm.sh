# SPDX-License-Identifier: MIT
#
# ./run kernel --vm, sourced by examples/sched_ext/kernel.sh: builds the agent (C, from abi/ alone) as the first process of a guest and the
# market outside, and lets that boot its guests in QEMU. The kernel's drivers of virtio-pmem come from its package of modules.

bridge=$root/examples/vm_bridge
vm=$work/vm
modules=linux-modules-${kernel#linux-binary-}
drivers='libnvdimm device_dax nd_btt nd_pmem dax_pmem nd_virtio virtio_pmem'  # in the order in which they need each other

mkdir -p "$vm/guest"
if [ ! -e "$cache/modules/complete" ]; then
    command -v xz >/dev/null || fail 'the modules of the kernel are compressed by xz, which is not here (xz-utils).'
    mkdir -p "$cache/modules"
    echo "fetching the drivers of virtio-pmem ..."
    (cd "$cache/archives" && private_apt download "$modules") ||
        fail "$modules can not be fetched: is there a network, or has the mirror a newer kernel? Remove $cache/kernel then."
    for driver in $drivers; do
        dpkg-deb --fsys-tarfile "$cache/archives/$modules"_*.deb | tar -x -O --wildcards "*/$driver.ko.xz" 2>/dev/null |
            xz -dc >"$cache/modules/$driver.ko" || fail "$modules has no $driver." 1
    done
    : >"$cache/modules/complete"
fi
if [ ! -e "$vm/vm_bridge" ] || [ -n "$(find "$bridge" "$root/examples/c_scheduler/agent.h" "$root/include" -type f -newer "$vm/vm_bridge")" ]; then
    echo 'building the market and its agents ...'
    compile gcc -std=gnu11 -O2 -static -Wall -Wextra -Werror "-I$root/include" "$bridge/agent.c" -o "$vm/agent"
    compile g++ -std=c++20 -O2 -Wall -Wextra -Werror -DFMT_HEADER_ONLY "-I$root/include" "-I$cache/root/usr/include" "$bridge/vm_bridge.cpp" \
        -o "$vm/vm_bridge"
fi
rm -rf "$vm/guest"
mkdir -p "$vm/guest/modules"
cp "$vm/agent" "$vm/guest/init"
number=10
for driver in $drivers; do
    cp "$cache/modules/$driver.ko" "$vm/guest/modules/$number-$driver.ko"
    number=$((number + 1))
done
(cd "$vm/guest" && find . | cpio --quiet -o -H newc >"$vm/initramfs") || fail 'cpio failed.' 1
gzip -1 -f "$vm/initramfs"

# The program that the market starts; it adds the devices and the kernel's command line. It becomes the emulator itself, so what kills
# it kills the guest, and the emulator dies with the market.
cat >"$vm/emulator" <<END
#!/bin/sh
LD_LIBRARY_PATH='$libraries' exec qemu-system-x86_64 -L '$bios' -L '$cache/root/usr/share/qemu' -accel tcg -cpu max \\
    -m 256,maxmem=2G -smp 1 -nographic -nodefaults -no-reboot -serial stdio -kernel '$image' -initrd '$vm/initramfs.gz' "\$@" </dev/null
END
chmod +x "$vm/emulator"
echo "booting $kernel in guests whose agents bid on a market outside"
timeout 600 "$vm/vm_bridge" --agent "$vm/agent" --emulator "$vm/emulator"
