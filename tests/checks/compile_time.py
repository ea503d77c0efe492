#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No public kernel-safe header takes much longer to include than <optional>: 250 ms more, where <optional> takes 115 ms.

    compile_time.py COMPILER INCLUDE [HEADER...]

As a ratio of user time, so that neither the machine nor its load counts: at most 3.2 times <optional>. A header above it gets
four more chances, the first after half a second and each after twice the pause before it, since a machine can be slow for seconds. Each
chance looks at <optional> again, and the least of each counts. maxwell.hpp is the sum of all, and has no limit. HEADER...: those
instead of all.
"""

import pathlib
import resource
import subprocess
import sys
import time

LIMIT = 3.2
HOSTED_OR_INNER = {"host", "sim", "gpu", "detail"}  # hosted headers cost what their libraries cost
CHANCES = 5


def user_seconds(compiler, include, header):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([compiler, "-std=c++20", "-fsyntax-only", f"-I{include}", "-x", "c++", "-"], check=True,
                   input=f"#include <{header}>\n", text=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main():
    compiler, include, *headers = sys.argv[1:]
    root = pathlib.Path(include)
    if not headers:
        found = sorted(h.relative_to(root) for h in (root / "maxwell").rglob("*.hpp"))
        headers = [str(h) for h in found if not HOSTED_OR_INNER & set(h.parts) and h.name != "maxwell.hpp"]
    if not headers:
        sys.exit(f"there is no header in {include}")
    floor = min(user_seconds(compiler, include, "optional") for _ in range(3))
    slow = []
    for header in headers:
        least = user_seconds(compiler, include, header)
        for chance in range(CHANCES - 1):
            if least <= LIMIT * floor:
                break
            time.sleep(2**chance / 2)
            floor = min(floor, user_seconds(compiler, include, "optional"))
            least = min(least, user_seconds(compiler, include, header))
        if least > LIMIT * floor:
            slow.append(f"{header} takes {least / floor:.1f} times as long to include as <optional>; the limit is {LIMIT}")
    if slow:
        sys.exit("\n".join(slow))


if __name__ == "__main__":
    main()
