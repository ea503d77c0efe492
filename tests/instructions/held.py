# SPDX-License-Identifier: MIT
"""Holds the instructions of fifteen operations to a committed list, since noise can't move them.

    held.py VALGRIND PROGRAM COUNTS COMPILER [--write]

More than 3 % above the list fails; less is worth writing down (--write), with a line that says why. Counts are one compiler's; with another one
nothing is compared.
"""

import pathlib
import re
import subprocess
import sys

ROUNDS = 2000
TOLERANCE = .03


def count(valgrind, program, name):
    """Instructions of one operation, by callgrind."""
    done = subprocess.run([valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*counted_*", program, name],
                          capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1]) / ROUNDS


def main():
    if len(sys.argv) not in (5, 6):
        print(__doc__)
        return 2
    valgrind, program, counts, compiler = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4]
    lines = counts.read_text(encoding="utf-8").splitlines() if counts.exists() else []
    reasons = [line for line in lines if line.startswith("#")]
    writing = len(sys.argv) == 6
    if f"# compiler: {compiler}" not in reasons and not writing:
        print(f"skipped: the counts are of another compiler than {compiler}")
        return 0
    names = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
    now = {name: count(valgrind, program, name) for name in names}
    if writing:
        counts.write_text("\n".join(reasons + [f"{name} {value:.1f}" for name, value in now.items()]) + "\n", encoding="utf-8")
        return 0
    held = {line.split()[0]: float(line.split()[1]) for line in lines if line.strip() and not line.startswith("#")}
    faults = 0
    for name in sorted(held.keys() | now.keys()):
        if name not in held or name not in now:
            print(f"{name} is {'not in ' + counts.name if name in now else 'no operation'}")
            faults += 1
            continue
        change = now[name] / held[name] - 1
        wrong = change > TOLERANCE
        print(f"{name:<32} {held[name]:>9.1f} {now[name]:>9.1f} {change:>+7.1%}{'  MORE' if wrong else ''}")
        faults += wrong
    if faults:
        print(f"{faults} counts are more than {TOLERANCE:.0%} above {counts.name}; --write puts the new ones in, with a line why")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
