# SPDX-License-Identifier: MIT
"""Compares two runs of the benchmark, row by row. `./run compare` is how it is called.

The ratio of two medians has a 95 % interval, by bootstrap over the repetitions of each run; a row is marked only where that interval
excludes 1. Instruction counts have no noise and are compared as they are.
"""

import argparse
import json
import pathlib
import random
import statistics
import sys

RESAMPLES = 1000
SAME_MACHINE = ("cpu", "num_cpus")
SHOWN = ("host_name", "cpu", "num_cpus", "kernel", "compiler", "compile_flags", "git_commit", "date", "load_before", "load_after")


class Refused(Exception):
    """One sentence for the person who called."""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"compare: {message}; --help lists the options.\n")


def read(path):
    """The context of a run, and its rows by name."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        context = content["context"]
        rows = {row["run_name"]: row for row in content["benchmarks"]}
        for row in rows.values():
            if not row["mean_ns_of_repetitions"] or min(row["mean_ns_of_repetitions"]) <= 0:
                raise ValueError(f"{row['run_name']} has no times")
    except OSError as why:
        raise Refused(f"can't read {path}: {why.strerror}") from why
    except (ValueError, KeyError, TypeError) as why:
        raise Refused(f"{path} is no results.json of ./run bench ({why})") from why
    return context, rows


def interval(before, after, dice):
    """The ratio after / before of medians, with the 2.5th and 97.5th percentile of resampled ones."""
    ratio = statistics.median(after) / statistics.median(before)
    drawn = sorted(statistics.median(dice.choices(after, k=len(after))) / statistics.median(dice.choices(before, k=len(before)))
                   for _ in range(RESAMPLES))
    return ratio, drawn[RESAMPLES * 25 // 1000], drawn[RESAMPLES * 975 // 1000 - 1]


def compare(a, b, wanted=""):
    """A list of (name, before ns, after ns, ratio, low, high, ratio of instructions or None), by ratio."""
    dice = random.Random(1)
    found = []
    for name in a.keys() & b.keys():
        if wanted not in name:
            continue
        before, after = a[name]["mean_ns_of_repetitions"], b[name]["mean_ns_of_repetitions"]
        counts = [row.get("instructions") for row in (a[name], b[name])]
        instructions = counts[1] / counts[0] if all(c and c > 0 for c in counts) else None
        found.append((name, statistics.median(before), statistics.median(after), *interval(before, after, dice), instructions))
    return sorted(found, key=lambda row: (row[3], row[0]))


def differs(row):
    return row[4] > 1 or row[5] < 1


def report(contexts, rows, everything, out=None):
    width = max(len(str(c.get(key, "-"))) for c in contexts for key in SHOWN)
    for key in SHOWN:
        values = [str(c.get(key, "-")) for c in contexts]
        print(f"{key:<14} {values[0]:<{width}}  {'the same' if values[0] == values[1] else values[1]}", file=out)
    marked = [row for row in rows if differs(row)]
    print(f"\n{len(rows)} rows in both, {len(marked)} whose interval excludes 1; by chance alone some {len(rows) / 20:.0f} would.\n", file=out)
    shown = rows if everything else marked
    if shown:
        print(f"{'':<44} {'A, ns':>9} {'B, ns':>9} {'B / A':>7}  {'95 % interval':<15} {'instructions':>12}", file=out)
    for row in shown:
        name, before, after, ratio, low, high, instructions = row
        mark = "" if not differs(row) else " slower" if ratio > 1 else " faster"
        counted = "-" if instructions is None else f"{instructions:.3f}"
        print(f"{name:<44} {before:>9.1f} {after:>9.1f} {ratio:>7.3f}  {f'{low:.3f} to {high:.3f}':<15} {counted:>12}{mark}", file=out)


def main():
    parser = Parser(prog="./run compare", allow_abbrev=False, description="Compares two results.json of ./run bench, B against A.")
    parser.add_argument("a", metavar="A.json", type=pathlib.Path)
    parser.add_argument("b", metavar="B.json", type=pathlib.Path)
    parser.add_argument("--across", action="store_true", help="compare although the runs are of two machines")
    parser.add_argument("--all", action="store_true", help="print every row, not only those that differ")
    parser.add_argument("--filter", default="", metavar="TEXT", help="only rows with this in their name")
    asked = parser.parse_args()
    try:
        (context_a, a), (context_b, b) = read(asked.a), read(asked.b)
        machines = [", ".join(str(c.get(key)) for key in SAME_MACHINE) for c in (context_a, context_b)]
        if machines[0] != machines[1] and not asked.across:
            raise Refused(f"the runs are of two machines ({machines[0]} cores; {machines[1]} cores), whose times don't compare; "
                          "--across compares them all the same")
        rows = compare(a, b, asked.filter)
        if not rows:
            raise Refused("the runs have no row in common" + (f" with '{asked.filter}' in its name" if asked.filter else ""))
    except Refused as why:
        print(f"compare: {why}.", file=sys.stderr)
        return 2
    report((context_a, context_b), rows, asked.all)
    return 0


if __name__ == "__main__":
    sys.exit(main())
